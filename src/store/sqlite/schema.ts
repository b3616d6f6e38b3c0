/**
 * The tables of the embedded store, and how an older file becomes a newer one.
 *
 * Migrations only go forward, each in a transaction of its own with its row in `migration`; a file written by a newer
 * hub is refused. Version rows are the event log: `sequence` is the commit order. A picture: docs/stores.md
 */
import type { DatabaseSync } from 'node:sqlite'
import { pointOf } from '../../search/positions.ts'

/**
 * 1: everything searched is found by one integer `parameter` (the type's own, see `name`), and every key of `entry`
 * carries the time of the last update, so that walking one value walks it in the order worklists are read.
 */
const first = `
CREATE TABLE name (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

CREATE TABLE resource (
  row INTEGER PRIMARY KEY,
  type INTEGER NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  case_id TEXT,
  labels TEXT NOT NULL,
  present TEXT NOT NULL
);
CREATE UNIQUE INDEX resource_by_id ON resource (type, id);
CREATE INDEX resource_by_update ON resource (type, updated, row);
CREATE INDEX resource_by_case ON resource (case_id, type, updated, row) WHERE case_id IS NOT NULL;

CREATE TABLE version (
  sequence INTEGER PRIMARY KEY,
  row INTEGER NOT NULL,
  type INTEGER NOT NULL,
  version INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  method TEXT NOT NULL,
  json TEXT NOT NULL
);
CREATE UNIQUE INDEX version_by_row ON version (row, version);
CREATE INDEX version_by_type ON version (type, sequence);

CREATE TABLE indexed (row INTEGER PRIMARY KEY, entries TEXT NOT NULL, sort TEXT NOT NULL);

CREATE TABLE entry (
  parameter INTEGER NOT NULL, value TEXT NOT NULL, updated INTEGER NOT NULL, row INTEGER NOT NULL, system INTEGER NOT NULL,
  PRIMARY KEY (parameter, value, updated, row, system)
) WITHOUT ROWID;
CREATE TABLE string_entry (
  parameter INTEGER NOT NULL, folded TEXT NOT NULL, row INTEGER NOT NULL, exact TEXT NOT NULL,
  PRIMARY KEY (parameter, folded, row, exact)
) WITHOUT ROWID;
CREATE TABLE range_entry (
  row INTEGER NOT NULL, parameter INTEGER NOT NULL, high NUMERIC NOT NULL, low NUMERIC NOT NULL, value NUMERIC NOT NULL,
  system INTEGER NOT NULL, code TEXT NOT NULL,
  PRIMARY KEY (row, parameter, high, low, value, system, code)
) WITHOUT ROWID;
CREATE INDEX range_entry_by_high ON range_entry (parameter, high, low);
CREATE TABLE composite_entry (
  parameter INTEGER NOT NULL, first TEXT NOT NULL, row INTEGER NOT NULL, parts TEXT NOT NULL,
  PRIMARY KEY (parameter, first, row, parts)
) WITHOUT ROWID;
CREATE TABLE position_entry (
  parameter INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (parameter, latitude, longitude, row)
) WITHOUT ROWID;

CREATE TABLE case_label (
  case_id TEXT NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (case_id, label)
) WITHOUT ROWID;
CREATE INDEX case_label_by_label ON case_label (label, case_id);

CREATE TABLE request_key (
  scope TEXT NOT NULL, value TEXT NOT NULL, fingerprint TEXT NOT NULL, type TEXT NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (scope, value)
) WITHOUT ROWID;
`

/**
 * 2: Tasks of an owner and status in the order of their dates (`pairs.ts`), for those that were written before.
 * 9007199254740991 stands for a date that is not there.
 */
const second = `
INSERT OR IGNORE INTO name (text) VALUES
  ('Task.owner+status<authored-on'), ('Task.owner+status>authored-on'), ('Task.owner+status<modified'), ('Task.owner+status>modified');
CREATE TEMP TABLE dated AS
  SELECT n.id AS parameter, e.value, coalesce(x.sort ->> v.column2, v.column3) AS at, e.row, e.system
  FROM (VALUES
    ('Task.owner+status<authored-on', '$."authored-on"[0]', 9007199254740991),
    ('Task.owner+status>authored-on', '$."authored-on"[1]', -9007199254740991),
    ('Task.owner+status<modified', '$."modified"[0]', 9007199254740991),
    ('Task.owner+status>modified', '$."modified"[1]', -9007199254740991)) v
  JOIN name n ON n.text = v.column1
  JOIN entry e ON e.parameter = (SELECT id FROM name WHERE text = 'Task.owner+status')
  JOIN indexed x ON x.row = e.row;
INSERT OR IGNORE INTO entry SELECT parameter, value, at, row, system FROM dated;
CREATE INDEX temp.dated_by_row ON dated (row);
UPDATE indexed SET entries = substr(entries, 1, length(entries) - 1) || ',' ||
  (SELECT group_concat(json_array('d', d.parameter, d.value, d.system, d.at)) FROM dated d WHERE d.row = indexed.row) || ']'
  WHERE row IN (SELECT row FROM dated);
DROP TABLE dated;
`

/**
 * 3: what is indexed after its commit (`deferred.ts`), and the words of full text by a resource's row, folded before they
 * come: the tokenizer parts them at spaces and changes nothing. Resources of an older file have no words until they are
 * indexed anew.
 */
const third = `
CREATE TABLE pending (sequence INTEGER PRIMARY KEY, row INTEGER NOT NULL, entries TEXT, sort TEXT, text TEXT, content TEXT);
CREATE VIRTUAL TABLE words USING fts5(text, content, content='', contentless_delete=1, detail=column,
  tokenize = "ascii tokenchars '!""#$%&''()*+,-./:;<=>?@[\\]^_\`{|}~'");
`

/** 4: dates and numbers from the lowest upwards: a walk in the order of `_sort=birthdate`, and what `lt` and `le` ask for. */
const fourth = 'CREATE INDEX range_entry_by_low ON range_entry (parameter, low);'

/**
 * 5: entries longer than 25 hours (90,000,000 ms, a day on which clocks go back) apart, and the extent of a resource's several
 * dates under `PARAM:several` (`compile/windows.ts`); codes and statuses in the order of dates (`dated.ts`).
 */
const fifth = `
CREATE INDEX range_entry_long ON range_entry (parameter, high, low) WHERE high - low > 90000000;
CREATE TEMP TABLE several AS
  SELECT row, parameter AS of, max(high) AS high, min(low) AS low, system FROM range_entry
  WHERE value = 0 AND code = '' AND system = (SELECT id FROM name WHERE text = '')
  GROUP BY row, parameter HAVING count(*) > 1;
INSERT OR IGNORE INTO name (text) SELECT DISTINCT n.text || ':several' FROM several s JOIN name n ON n.id = s.of;
CREATE TEMP TABLE added AS
  SELECT s.row, m.id AS parameter, s.high, s.low, s.system, json_array('r', m.id, s.high, s.low, 0, s.system, '') AS kept
  FROM several s JOIN name n ON n.id = s.of JOIN name m ON m.text = n.text || ':several';
INSERT OR IGNORE INTO range_entry SELECT row, parameter, high, low, 0, system, '' FROM added;

INSERT OR IGNORE INTO name (text) VALUES
  ('Observation.code>date'), ('DiagnosticReport.code>date'), ('Procedure.code>date'), ('Condition.code>recorded-date'),
  ('Encounter.status>date'), ('ServiceRequest.status>authored'), ('MedicationRequest.status>authoredon'), ('Task.status>authored-on');
CREATE TEMP TABLE dated AS
  SELECT n.id AS parameter, e.value, coalesce(x.sort ->> v.column3, -9007199254740991) AS at, e.row, e.system
  FROM (VALUES
    ('Observation.code', 'Observation.code>date', '$."date"[1]'), ('DiagnosticReport.code', 'DiagnosticReport.code>date', '$."date"[1]'),
    ('Procedure.code', 'Procedure.code>date', '$."date"[1]'), ('Condition.code', 'Condition.code>recorded-date', '$."recorded-date"[1]'),
    ('Encounter.status', 'Encounter.status>date', '$."date"[1]'),
    ('ServiceRequest.status', 'ServiceRequest.status>authored', '$."authored"[1]'),
    ('MedicationRequest.status', 'MedicationRequest.status>authoredon', '$."authoredon"[1]'),
    ('Task.status', 'Task.status>authored-on', '$."authored-on"[1]')) v
  JOIN name p ON p.text = v.column1 JOIN name n ON n.text = v.column2
  JOIN entry e ON e.parameter = p.id JOIN indexed x ON x.row = e.row;
INSERT OR IGNORE INTO entry SELECT parameter, value, at, row, system FROM dated;

CREATE TEMP TABLE kept AS
  SELECT row, kept FROM added UNION ALL SELECT row, json_array('d', parameter, value, system, at) FROM dated;
CREATE INDEX temp.kept_by_row ON kept (row);
UPDATE indexed SET entries = substr(entries, 1, length(entries) - 1) || ',' ||
  (SELECT group_concat(k.kept) FROM kept k WHERE k.row = indexed.row) || ']'
  WHERE row IN (SELECT row FROM kept);
DROP TABLE several; DROP TABLE added; DROP TABLE dated; DROP TABLE kept;
`

/**
 * 6: places as points of the unit sphere (`search/positions.ts`), and an R*Tree of them in three dimensions, which has neither
 * poles nor an antimeridian. Its boxes are of 32-bit numbers, so they only lead to the points; the triggers keep them in step.
 */
const sixth = `
ALTER TABLE position_entry RENAME TO older_position_entry;
CREATE TABLE position_entry (
  id INTEGER PRIMARY KEY, parameter INTEGER NOT NULL, latitude REAL NOT NULL, longitude REAL NOT NULL, row INTEGER NOT NULL,
  x REAL NOT NULL, y REAL NOT NULL, z REAL NOT NULL,
  UNIQUE (parameter, latitude, longitude, row)
);
CREATE VIRTUAL TABLE position_box USING rtree(id, least_x, most_x, least_y, most_y, least_z, most_z);
CREATE TRIGGER position_put AFTER INSERT ON position_entry BEGIN
  INSERT INTO position_box VALUES (new.id, new.x, new.x, new.y, new.y, new.z, new.z);
END;
CREATE TRIGGER position_taken AFTER DELETE ON position_entry BEGIN
  DELETE FROM position_box WHERE id = old.id;
END;
INSERT INTO position_entry (parameter, latitude, longitude, row, x, y, z)
  SELECT parameter, latitude, longitude, row,
    point(latitude, longitude) ->> 'x', point(latitude, longitude) ->> 'y', point(latitude, longitude) ->> 'z'
  FROM older_position_entry WHERE abs(latitude) <= 90 AND abs(longitude) <= 180;
DROP TABLE older_position_entry;
`

/** In order; the version of a file is the number of those it has been through. Never change one that was released. */
export const migrations: readonly string[] = [first, second, third, fourth, fifth, sixth]

/**
 * Brings the open file to the newest schema. Throws, changing nothing, when a newer hub wrote it.
 * @param steps the migrations to go through; all of them unless a test says otherwise
 */
export const migrate = (db: DatabaseSync, steps: readonly string[] = migrations): void => {
  db.function('point', (latitude, longitude) => JSON.stringify(pointOf({ latitude: Number(latitude), longitude: Number(longitude) })))
  db.exec('CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)')
  const { version } = db.prepare('SELECT coalesce(max(version), 0) AS version FROM migration').get() as { version: number }
  if (version > steps.length) {
    throw new Error(`the store's schema is version ${version}, this hub knows ${steps.length}: `
      + 'start a newer hub, or restore an older copy of the file')
  }
  for (let step = version; step < steps.length; step++) {
    db.exec('BEGIN IMMEDIATE')
    try {
      db.exec(steps[step]!)
      db.prepare("INSERT INTO migration VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ'))").run(step + 1)
      db.exec('COMMIT')
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }
}
