/* multipart/form-data: our own parser, because bodies are bytes of strangers (guides/security.md sections 1 and 9). */
#include "server_priv.h"
int http_multipart(struct arena *a, struct str content_type, struct str body, struct http_part **out)
{
    (void)a, (void)content_type, (void)body, (void)out;
    return -1;
}
