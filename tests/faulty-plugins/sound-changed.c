/* SPDX-License-Identifier: MIT */
/* Of sound: a migration that was released, and changed afterwards. */
#undef NAME
#undef NAME_
#define NAME "sound"
#define NAME_ "sound"
#define PLUGIN_VERSION "1.1"
#define MIGRATION                                                                                                      \
    "CREATE TABLE sound_thing (id BIGINT NOT NULL, programme BIGINT NOT NULL, PRIMARY KEY (programme, id));"
#include "faulty.h"
