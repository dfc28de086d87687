/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Force-included before everything: pulls in the headers that declare the functions we never
 * call, then poisons the names. Each has a form that states a size or reports its errors. */
#ifndef LAB_BASE_BANNED_H
#define LAB_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strncpy strcat strncat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atoll atof localtime gmtime ctime asctime

#endif
