/* SPDX-License-Identifier: MIT */
/*
 * zone: from instants to a clock on the wall, and back, by the tz database of the system.  glibc keeps one zone for the
 * process, named by the variable TZ: that is where the campaign's is set.
 */
#include "base/base.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_A_DAY = 86400 };

bool zone_exists(const char *name)
{
    const char *folder = getenv("TZDIR");
    char path[512];
    /* A name of the database, not a path, and not a rule such as EST5EDT4: glibc takes what it doesn't know for UTC. */
    if (!*name || name[0] == '/' || name[0] == ':' || strstr(name, ".."))
        return false;
    snprintf(path, sizeof path, "%s/%.200s", folder && *folder ? folder : "/usr/share/zoneinfo", name);
    return access(path, R_OK) == 0;
}

void zone_set(const char *name)
{
    if (name && *name)
        setenv("TZ", name, 1);
    tzset();
}

bool zone_local(alm_time time, struct zone_local *local)
{
    struct tm tm;
    const time_t at = (time_t)time;
    if (!localtime_r(&at, &tm))
        return false;
    const int64_t shifted = time + tm.tm_gmtoff;
    const int64_t days = shifted / SECONDS_A_DAY - (shifted % SECONDS_A_DAY < 0);
    if (days <= INT32_MIN || days > INT32_MAX)
        return false;
    *local = (struct zone_local){
        .date = (alm_date)days, .seconds = (int32_t)(shifted - days * SECONDS_A_DAY), .offset = (int32_t)tm.tm_gmtoff};
    return true;
}

bool zone_time(alm_date date, int64_t seconds, alm_time *time)
{
    const int64_t shown = (int64_t)date * SECONDS_A_DAY + seconds;
    struct zone_local before, after, there;
    /* The offsets that can be meant: those of a day before and a day after.  The larger one is the earlier instant. */
    if (!zone_local(shown - SECONDS_A_DAY, &before) || !zone_local(shown + SECONDS_A_DAY, &after)) {
        *time = shown;
        return true;
    }
    if (before.offset == after.offset) {
        *time = shown - before.offset;
        return true;
    }
    const int32_t offsets[] = {before.offset > after.offset ? before.offset : after.offset,
                               before.offset > after.offset ? after.offset : before.offset};
    for (size_t i = 0; i < COUNT_OF(offsets); i++) {
        *time = shown - offsets[i];
        if (zone_local(*time, &there) && there.offset == offsets[i])
            return true;
    }
    *time = shown - before.offset;
    return false;
}
