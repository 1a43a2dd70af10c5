/** The names that the catalog is asked about. */
export interface SchemaNames {
  readonly schema: string;
  /** Role that owns the schema and all in it; nobody logs in as it. */
  readonly owner: string;
  /** All roles of the schema, the owner among them. */
  readonly roles: readonly string[];
}
