/** The tables as the query builder sees them, one entry per table of the migrations. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- its entries come with the tables
export interface Tables {}
