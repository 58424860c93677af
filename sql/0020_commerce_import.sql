-- What an import of commerce rows has taken: which row (SHA-256 of its kind and name, so that nobody's address stands here)
-- and what it said (SHA-256). A row that says the same again is left alone, and so is what became of it since.
CREATE TABLE IF NOT EXISTS {{db}}.`preau_taken_row` (
  `row_key` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  `digest` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
