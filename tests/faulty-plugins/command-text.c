/* SPDX-License-Identifier: MIT */
/* Its command hands the host a text that is not there. */
#define COMMAND host->say(host, (const char *)8);
#include "faulty.h"
