"""Values of special functions, distributions and statistical tests."""
