/* SPDX-License-Identifier: MIT */
/* Its settle() enters another delivery, which only commands may, and keeps what it is told to itself. */
#define SETTLE                                                                                                         \
    struct alm_delivery more = {                                                                                       \
        .size = sizeof more, .household = lines[0].household, .date = lines[0].date, .body = lines[0].body};           \
    if (host->deliver(host, &more, err) == ALM_OK)                                                                     \
        host->say(host, "it was let deliver");
#include "faulty.h"
