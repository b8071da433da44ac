import fc from 'fast-check';

// One counterexample kills a mutant; a smaller one says nothing more.
fc.configureGlobal({ endOnFailure: true });
