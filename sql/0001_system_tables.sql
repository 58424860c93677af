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

-- Sessions by the hash of their secret; times are UTC.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_session` (
    `hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `user` varchar(140) NOT NULL,
    `csrf_token` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `created` datetime(6) NOT NULL,
    `last_seen` datetime(6) NOT NULL,
    `ip` varchar(45) NOT NULL DEFAULT '',
    `user_agent` varchar(255) NOT NULL DEFAULT '',
    PRIMARY KEY (`hash`),
    KEY `user` (`user`),
    KEY `last_seen` (`last_seen`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- One row per committed write transaction: which DocTypes it changed. Insert-only, so no row is ever waited for.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_change_log` (
    `id` bigint(20) NOT NULL AUTO_INCREMENT,
    `doctypes` text NOT NULL,
    `at` datetime(6) NOT NULL,
    PRIMARY KEY (`id`),
    KEY `at` (`at`)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- Attempts counted over a window: logins, resets. `who` is a hash, never a name or an address.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_throttle` (
    `what` varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `who` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `window_start` datetime(6) NOT NULL,
    `count` int(10) NOT NULL DEFAULT 0,
    PRIMARY KEY (`what`, `who`),
    KEY `window_start` (`window_start`)
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
