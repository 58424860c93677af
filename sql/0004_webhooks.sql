-- Attempts of a webhook that failed in a row; no row: none. Beside the document, whose `modified` stays as people left it.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_webhook` (
  `webhook` varchar(140) NOT NULL PRIMARY KEY,
  `failures` int unsigned NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
