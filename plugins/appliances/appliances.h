/* SPDX-License-Identifier: MIT */
/* appliances: refrigerators, heaters and the like, one of a kind in so many years for a household, with serial and
 * guarantee. */
#ifndef APPLIANCES_H
#define APPLIANCES_H

#include <almoner/plugin.h>

enum { APPLIANCES_MOST_YEARS = 20, APPLIANCES_MOST_SERIAL = 60, APPLIANCES_MOST_MODEL = 100 };

/* The programme's own columns of a delivery. */
enum { DETAIL_KIND, DETAIL_MODEL, DETAIL_SERIAL, DETAIL_GUARANTEE, DETAILS };

struct appliances_settings {
    int64_t soon; /* seconds */
    struct alm_list depots;
    struct alm_group kinds; /* struct appliances_kind */
};

struct appliances_kind {
    const char *name;
    const char *title; /* NULL: the name */
    int64_t years;
    int64_t guarantee; /* months */
    int64_t serial;    /* index in appliances_serials */
    const char *item;  /* of the stock; NULL: it is not drawn */
    alm_money value;   /* 0: not known */
};
enum { SERIAL_REQUIRED, SERIAL_OPTIONAL };

/* State of one programme. */
struct appliances {
    const struct appliances_settings *settings;
    void (*solar_date)(alm_date, int32_t *year, int32_t *month, int32_t *day);
    alm_date (*from_solar)(int32_t year, int32_t month, int32_t day);
    bool draws;    /* some kind has an item of the stock */
    bool resolved; /* the ids below are known */
    alm_id *items; /* of the kinds; 0: none */
    alm_id *depots;
};

static inline const struct appliances_kind *appliances_kind_at(const struct appliances_settings *s, size_t i)
{
    return (const struct appliances_kind *)s->kinds.items + i;
}

/* The kind of that name, in small or capital letters; NULL: none. */
const struct appliances_kind *appliances_kind_of(const struct appliances_settings *, const char *name);
const char *appliances_title(const struct appliances_kind *);
/* "there are refrigerator, heater". */
void appliances_kinds_text(const struct appliances_settings *, char *buf, size_t size);
/* So many months later in the Solar Hijri calendar; the last day of the month where it has no such day. */
alm_date appliances_months_after(const struct appliances *, alm_date, int64_t months);
/* From when on a household that got one of that kind on that day may have the next. */
alm_date appliances_next(const struct appliances *, const struct appliances_kind *, alm_date given);
/* The number by which many serials are looked up in one statement. */
int64_t appliances_mark(const char *serial);
/* Codes of the settings become ids, once: nothing changes a code. */
enum alm_status appliances_resolve(const struct alm_host *, struct appliances *, struct alm_error *);

/* ---- deliveries (appliances-settle.c) ---- */

enum alm_status appliances_settle(const struct alm_host *, void *state, struct alm_line *, size_t n,
                                  struct alm_verdict *, struct alm_error *);
enum alm_status appliances_unsettle(const struct alm_host *, void *state, const struct alm_line *, size_t n,
                                    struct alm_error *);

/* ---- commands and reports (appliances-list.c) ---- */

enum alm_status appliances_show(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status appliances_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status appliances_kinds(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status appliances_guarantees(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
