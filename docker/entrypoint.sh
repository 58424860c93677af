#!/bin/sh
# Tells the schools where their database is, waits for it, and becomes the program.
#   DB_HOST, DB_PORT        where MariaDB listens; without DB_HOST the configuration in the volume stays as it is
#   DB_ROOT_LOGIN           who may make databases and users (root)
#   DB_ROOT_PASSWORD_FILE   a file whose first line is their password (/run/secrets/db_root_password)
#   TRUSTED_PROXIES         addresses and networks of the proxies in front, with commas
# A command that only asks for words (help, --version) needs none of it.
set -eu

if [ "${1:-}" = preau ] && [ "${2:-}" = serve ] && [ -n "${DB_HOST:-}" ]; then
  preau setup --db-host "$DB_HOST" --db-port "${DB_PORT:-3306}" --root-login "${DB_ROOT_LOGIN:-root}" \
    --root-password-file "${DB_ROOT_PASSWORD_FILE:-/run/secrets/db_root_password}" \
    --trusted-proxies "${TRUSTED_PROXIES:-}"
  preau site migrate
fi
exec "$@"
