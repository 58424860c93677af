#pragma once
/* Library headers come before this one in a file: what they say of these names is their business.
 * Functions with no bound, no range check or hidden state do not compile here (guides/security.md section 3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok atoi atol atof atoll scanf sscanf rand srand localtime   \
    gmtime strncpy strncat setlocale
