-- A download asks whose file a URL is: longtext gets its index by the first characters.
CREATE INDEX IF NOT EXISTS `file_url_start` ON {{db}}.`tabFile` (`file_url`(140));
