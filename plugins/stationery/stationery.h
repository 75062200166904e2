/* SPDX-License-Identifier: MIT */
/* stationery: a kit for a school child, once a school year. */
#ifndef STATIONERY_H
#define STATIONERY_H

#include <almoner/plugin.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { STATIONERY_LAST_GRADE = 12, STATIONERY_NO_GRADE = INT32_MIN };

struct stationery_settings {
    int64_t first_grade_age;
    struct alm_list depots; /* codes, out of which kits with an item of the stock are drawn */
    struct alm_group kits;  /* struct stationery_kit */
};

struct stationery_kit {
    const char *name;
    const char *grades; /* "1-3" */
    const char *contents;
    int64_t cost;
    const char *item; /* of the stock; NULL: it is not drawn */
};

/* State of one programme.  Dates come from the host: both functions are pure, so the rule may call them. */
struct stationery {
    const struct stationery_settings *settings;
    void (*solar_date)(alm_date, int32_t *year, int32_t *month, int32_t *day);
    alm_date (*from_solar)(int32_t year, int32_t month, int32_t day);
    int8_t kit_of_grade[STATIONERY_LAST_GRADE + 1]; /* index of the kit, -1: none */
    bool draws;                                     /* some kit is an item of the stock */
    bool resolved;                                  /* the ids below are known */
    alm_id kit_items[STATIONERY_LAST_GRADE + 1];    /* 0: none */
    alm_id *depots;
};

static inline const struct stationery_kit *stationery_kit_at(const struct stationery_settings *s, size_t i)
{
    return (const struct stationery_kit *)s->kits.items + i;
}

/* The Solar year in which the school year of that day began. */
int32_t stationery_school_year(const struct stationery *, alm_date);
/* A child's grade on that day, which may lie below 0 and above 12: that of the register (-1: it does not know), or else
 * by age on 1 Mehr; STATIONERY_NO_GRADE if the birth date (ALM_NO_DATE) is not known either. */
int32_t stationery_grade(const struct stationery *, int32_t registered, alm_date birth_date, alm_date);
/* Index of the grade's kit; -1: it gets none. */
int stationery_kit_of(const struct stationery *, int32_t grade);

/* ---- stock (stationery-settle.c) ---- */

enum alm_status stationery_settle(const struct alm_host *, void *, struct alm_line *, size_t n, struct alm_verdict *,
                                  struct alm_error *);
enum alm_status stationery_unsettle(const struct alm_host *, void *, const struct alm_line *, size_t n,
                                    struct alm_error *);

/* ---- children (stationery-list.c) ---- */

enum alm_status stationery_list(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status stationery_report_bases(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
