/* SPDX-License-Identifier: MIT */
/* Its command puts back into the stock what never came out of it. */
#define COMMAND return host->stock_put_back(host, 1, host->today(host), err);
#include "faulty.h"
