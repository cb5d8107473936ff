/** How series and dictionaries are retired: no question finds them, and their rows go when there is time (removal.ts). */

/** First hour of what is retired, and the negative of its last: no range holds it. */
export const NEVER = 2 ** 40;
/** The service of what is retired. */
export const NOBODY = 0;

/** The labels are freed for a new series. */
export const RETIRE_SERIES = `UPDATE series SET service_id = ${NOBODY}, type = '', labels = CAST(id AS BLOB),
  first_hour = ${NEVER}, last_hour = ${-NEVER} WHERE id = ?`;
export const RETIRE_PART = `UPDATE part SET service_id = ${NOBODY}, day = ${-NEVER} WHERE id = ?`;
