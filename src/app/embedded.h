#pragma once
/* embedded: a private mariadbd, started, watched and stopped by us.
 *
 * Order of a start: embedded_start, sites_open (reads what was written), db_start, db_service_user. Stop in the
 * opposite order: db_stop, embedded_stop. */
#include "base.h"

struct embedded;

/* Starts a server whose files are in `dir` (made and initialised if missing) and returns when it answers. From then on
 * it is started again whenever it dies. It listens on a unix socket only: in `dir`, or, where that path would be too
 * long for a socket, in a folder of ours below the temporary directory.
 *
 * Writes db_socket, root_login, root_password, preau_service_user and preau_service_password into `config`, the path of
 * common_site_config.json (mode 0600, replaced atomically, other keys kept; made if missing).
 *
 * It belongs to cx->arena, which must be the program's, not a request's: when the arena ends, the server is stopped.
 * `mail`: a folder for mails, made and written into `config` as mail_folder unless that or mail_server is there; NULL: none.
 * NULL: CommandFailed with what to do about it. */
struct embedded *embedded_start(struct ctx *cx, const char *dir, const char *config, const char *mail);

/* Stops the server cleanly and waits for its end. Once is enough, twice does no harm. */
void embedded_stop(struct embedded *);

/* Its process id, 0 while there is none; for doctor and for tests. */
int embedded_pid(struct embedded *);
