#pragma once
/* What requests and mails share of libcurl. */
#include <curl/curl.h>

#include "work_priv.h"

/* A handle that the arena frees: time limits, no proxy, no signals, certificates verified, a connection of its own, broken
 * off when the process ends. NULL: has thrown. */
CURL *easy_new(struct ctx *, int timeout_s);
/* The list is freed with the arena. */
struct curl_slist *easy_list(struct ctx *, struct curl_slist *);
