/* SPDX-License-Identifier: MIT */
/* hygiene: packs by the size of the household, with additions for some of its members. */
#ifndef HYGIENE_H
#define HYGIENE_H

#include <almoner/plugin.h>

enum { HYGIENE_MAX_ADDITIONS = 20, HYGIENE_MONTH = 30 /* days, in the standard for soap */ };

struct hygiene_settings {
    int64_t days;
    int64_t bathing_soap; /* grams for a person and month, as the next one */
    int64_t laundry_soap;
    bool more_packs;
    struct alm_list depots;
    struct alm_group items;     /* struct hygiene_item */
    struct alm_group packs;     /* struct hygiene_pack */
    struct alm_group additions; /* struct hygiene_addition */
};

enum hygiene_soap { SOAP_NONE, SOAP_BATHING, SOAP_LAUNDRY };

struct hygiene_item {
    const char *name;
    const char *title;
    int64_t soap; /* enum hygiene_soap */
    int64_t grams;
};

struct hygiene_pack {
    const char *name;
    int64_t members_up_to;
    struct alm_list contents; /* "soap 5": item and pieces */
    int64_t cost;
    const char *item; /* of the stock; NULL: it is not drawn */
};

struct hygiene_addition {
    const char *name;
    int64_t sex;      /* index in any, f, m */
    int64_t age_from; /* seconds */
    int64_t age_to;   /* 0: no limit */
    struct alm_list contents;
    int64_t cost;
    const char *item;
};

/* Grams of soap. */
struct hygiene_soap_grams {
    int64_t bathing, laundry;
};

/* State of one programme. */
struct hygiene {
    const struct hygiene_settings *settings;
    struct hygiene_soap_grams *pack_soap;     /* of each pack */
    struct hygiene_soap_grams *addition_soap; /* of each addition */
    bool draws;                               /* some have an item of the stock */
    bool resolved;                            /* the ids below are known */
    alm_id *pack_items;                       /* 0: none */
    alm_id *addition_items;
    alm_id *depots;
};

/* Who lives in a household on a day. */
struct hygiene_home {
    int64_t members;
    int64_t additions[HYGIENE_MAX_ADDITIONS]; /* how many of them get each one */
};

static inline const struct hygiene_pack *hygiene_pack_at(const struct hygiene_settings *s, size_t i)
{
    return (const struct hygiene_pack *)s->packs.items + i;
}

static inline const struct hygiene_addition *hygiene_addition_at(const struct hygiene_settings *s, size_t i)
{
    return (const struct hygiene_addition *)s->additions.items + i;
}

/* One more member; birth ALM_NO_DATE and sex 0 are not known. */
void hygiene_home_add(const struct hygiene_settings *, struct hygiene_home *, alm_date day, alm_date birth, char sex);
/* The pack of so many members: the first that holds them, the largest for those above all. */
size_t hygiene_pack_of(const struct hygiene_settings *, int64_t members);
/* What packs and additions for that home hold together. */
struct hygiene_soap_grams hygiene_soap_of(const struct hygiene *, const struct hygiene_home *, alm_quantity packs);

/* ---- stock (hygiene-settle.c) ---- */

enum alm_status hygiene_settle(const struct alm_host *, void *state, struct alm_line *, size_t n, struct alm_verdict *,
                               struct alm_error *);
enum alm_status hygiene_unsettle(const struct alm_host *, void *state, const struct alm_line *, size_t n,
                                 struct alm_error *);

/* ---- contents (hygiene-contents.c) ---- */

/* "soap 5" of a list of contents; what is wrong with it goes to `why`. */
bool hygiene_content(const struct hygiene_settings *, const char *text, const struct hygiene_item **, int64_t *pieces,
                     char *why, size_t size);
struct hygiene_soap_grams hygiene_soap_in(const struct hygiene_settings *, const struct alm_list *contents);
enum alm_status hygiene_contents(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

/* ---- reports (hygiene-report.c) ---- */

enum alm_status hygiene_report_packs(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status hygiene_report_areas(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);
enum alm_status hygiene_report_months(const struct alm_host *, void *, const struct alm_args *, struct alm_error *);

#endif
