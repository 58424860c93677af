-- Tables that are not DocTypes. Frappe's shapes where Frappe has them, so that an adopted site and ours look alike.

-- Counters of naming series: current is raised under its row's lock, in the transaction of the document it names.
CREATE TABLE IF NOT EXISTS {{db}}.`tabSeries` (
    `name` varchar(100) NOT NULL,
    `current` int(10) NOT NULL DEFAULT 0,
    PRIMARY KEY (`name`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Values of DocTypes with one document only: a row per field.
CREATE TABLE IF NOT EXISTS {{db}}.`tabSingles` (
    `doctype` varchar(255) DEFAULT NULL,
    `field` varchar(255) DEFAULT NULL,
    `value` longtext DEFAULT NULL,
    KEY `singles_doctype_field_index` (`doctype`(100), `field`(100))
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Secrets: login hashes (encrypted 0) and Password fields (encrypted 1). No DocType, so no list can reach it.
CREATE TABLE IF NOT EXISTS {{db}}.`__Auth` (
    `doctype` varchar(140) NOT NULL,
    `name` varchar(255) NOT NULL,
    `fieldname` varchar(140) NOT NULL,
    `password` text NOT NULL,
    `encrypted` int(1) NOT NULL DEFAULT 0,
    PRIMARY KEY (`doctype`, `name`, `fieldname`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Every file of an imported folder as it was read: export gives the same bytes back. Paths differ by their bytes.
CREATE TABLE IF NOT EXISTS {{db}}.`import_file` (
    `path` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `document_type` varchar(140) DEFAULT NULL,
    `document_name` varchar(140) DEFAULT NULL,
    `bytes` longblob NOT NULL,
    `sha256` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (`path`),
    KEY `document` (`document_type`, `document_name`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
