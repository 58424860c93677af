-- Tables of the document engine that are no DocTypes' own (Frappe's names and columns).

-- Values of Singles: one row a field, as text.
CREATE TABLE IF NOT EXISTS {{db}}.`tabSingles` (
  `doctype` varchar(255) DEFAULT NULL,
  `field` varchar(255) DEFAULT NULL,
  `value` longtext DEFAULT NULL,
  KEY `singles_doctype_field_index` (`doctype`, `field`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- The last number of each series of names ("PRE-SINV-2026-").
CREATE TABLE IF NOT EXISTS {{db}}.`tabSeries` (
  `name` varchar(100) NOT NULL PRIMARY KEY,
  `current` int NOT NULL DEFAULT 0
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
