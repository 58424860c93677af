-- What was there before there was a search is put into its index.
INSERT INTO {{db}}.`preau_job` (`job`, `lane`, `args`, `created`, `run_at`, `lease_s`)
VALUES ('search.index', 0, '{}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 120);
