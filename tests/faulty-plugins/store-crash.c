/* SPDX-License-Identifier: MIT */
/* A store whose every function crashes. */
#include <almoner/plugin.h>

static void crash(void)
{
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

#define CRASH(member) .member = (__typeof__(((struct alm_store_driver *)0)->member))(void (*)(void))crash

static const struct alm_store_driver driver = {.size = sizeof driver,
                                               CRASH(open),
                                               CRASH(close),
                                               CRASH(describe),
                                               CRASH(exec),
                                               CRASH(begin),
                                               CRASH(commit),
                                               CRASH(rollback),
                                               CRASH(savepoint),
                                               CRASH(release),
                                               CRASH(prepare),
                                               CRASH(finalize),
                                               CRASH(bind_int),
                                               CRASH(bind_double),
                                               CRASH(bind_text),
                                               CRASH(bind_null),
                                               CRASH(bind_ints),
                                               CRASH(bind_texts),
                                               CRASH(step),
                                               CRASH(reset),
                                               CRASH(changes),
                                               CRASH(columns),
                                               CRASH(column_name),
                                               CRASH(column_is_null),
                                               CRASH(column_int),
                                               CRASH(column_double),
                                               CRASH(column_text),
                                               CRASH(bulk),
                                               CRASH(backup),
                                               CRASH(restore),
                                               CRASH(check),
                                               CRASH(bytes),
                                               CRASH(again),
                                               CRASH(defer)};
ALM_PLUGIN(.name = "store-crash", .version = "1.0", .summary = "A store that crashes", .kind = ALM_KIND_STORE,
           .store = &driver)
