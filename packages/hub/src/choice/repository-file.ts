/** A file of a repository, on the hub or in the cache. */
export interface RepositoryFile {
  /** Inside the repository, with "/" between folders. */
  readonly path: string;
  readonly byteLength: number;
}
