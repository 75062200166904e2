/* SPDX-License-Identifier: MIT */
/* Of sound: one schema version further. */
#undef NAME
#undef NAME_
#define NAME "sound"
#define NAME_ "sound"
#define PLUGIN_VERSION "2.0"
#define SECOND_MIGRATION                                                                                               \
    "CREATE TABLE sound_more (programme BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (programme, id));"
#include "faulty.h"
