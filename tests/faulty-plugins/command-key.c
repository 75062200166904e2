/* SPDX-License-Identifier: MIT */
/* Its command gives the same household the same thing under the same key, each time. */
#define COMMAND                                                                                                        \
    struct alm_delivery thing = {.size = sizeof thing, .date = host->today(host), .key = "once"};                      \
    if (host->find(host, ALM_NOUN_HOUSEHOLD, "H1", &thing.household, err) != ALM_OK ||                                 \
        host->find(host, ALM_NOUN_BODY, "hamdeli", &thing.body, err) != ALM_OK)                                        \
        return err->status;                                                                                            \
    status = run_sql(host, "DELETE FROM " TABLE " WHERE programme = $1", 0, err);                                      \
    if (status == ALM_OK)                                                                                              \
        status = host->deliver(host, &thing, err);
#include "faulty.h"
