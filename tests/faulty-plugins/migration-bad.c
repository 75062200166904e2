/* SPDX-License-Identifier: MIT */
/* Its migration makes one table, and one that no engine takes. */
#define MIGRATION                                                                                                      \
    "CREATE TABLE migration_bad_thing (programme BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (programme, id));"   \
    "CREATE TABLE migration_bad_more (id BIGINT, id BIGINT, PRIMARY KEY (id));"
#include "faulty.h"
