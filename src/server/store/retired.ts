/** How series and dictionaries are retired: no question finds them, and their rows go when there is time (removal.ts). */

/** First hour of a retired row, and the negative of its last: no range contains it. */
export const NEVER = 2 ** 40;
/** The service of retired rows. */
export const NOBODY = 0;

/** The name of a service that is being dropped: a blob, which nobody can send. Only this one, as others come from damage. */
export const DROPPED_NAME = 'CAST(service.id AS BLOB)';

/**
 * The labels are free for a new series. A row without a check and without a service counts as retired (`isRetired`).
 */
export const RETIRE_SERIES = `UPDATE series SET service_id = ${NOBODY}, type = '', labels = CAST(id AS BLOB),
  first_hour = ${NEVER}, last_hour = ${-NEVER}, row_check = NULL, sample_labels = NULL WHERE id = ?`;
export const RETIRE_PART = `UPDATE part SET service_id = ${NOBODY}, day = ${-NEVER}, row_check = NULL WHERE id = ?`;

/** Whether a row of `series` was retired; all else that fails its check is damaged. */
export function isRetired(row: { readonly service_id: unknown; readonly row_check: unknown }): boolean {
  return row.service_id === NOBODY && row.row_check === null;
}
