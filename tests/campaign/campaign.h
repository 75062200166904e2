/* SPDX-License-Identifier: MIT */
/*
 * campaign: writes the lists of a made-up relief campaign as CSV files: who is registered, who gives, what was given.
 * The same size and seed give the same bytes.  Everything about household h or person p is drawn from a generator
 * seeded with that number, so that no list of people is kept in memory: ten million of them need some 50 MB.  Names,
 * people and bodies are invented; no row is a real person.
 */
#ifndef CAMPAIGN_CAMPAIGN_H
#define CAMPAIGN_CAMPAIGN_H

#include "base/base.h"
#include <inttypes.h>

/* ---- chance (chance.c) ---- */

/* A generator for one thing of one kind: splitmix64 from (seed, kind, index). */
struct chance {
    uint64_t state;
};
enum chance_kind {
    CHANCE_SIZE = 1,
    CHANCE_HOUSEHOLD,
    CHANCE_AREA,
    CHANCE_GROUP,
    CHANCE_BASE,
    CHANCE_MARK,
    CHANCE_FOREIGN,
    CHANCE_PHONE,
    CHANCE_PARCEL,
    CHANCE_MEAL,
    CHANCE_KIT,
    CHANCE_ORDER,
    CHANCE_ROW,
    CHANCE_DOUBLE,
    CHANCE_PACK,
    CHANCE_CARD,
    CHANCE_PLACE,
    CHANCE_TREATMENT,
    CHANCE_LITRE,
    CHANCE_APPLIANCE,
    CHANCE_DOWRY
};
struct chance chance_of(uint64_t seed, enum chance_kind, uint64_t index);
uint64_t chance_next(struct chance *);
uint32_t chance_below(struct chance *, uint32_t n); /* 0 to n - 1 */
bool chance_percent(struct chance *, uint32_t percent);
/* A permutation of 0 .. n - 1 (n up to 2^32), by number: two indices never give one value. */
uint64_t chance_permute(uint64_t key, uint64_t index, uint64_t n);

/* ---- names (names.c) ---- */

extern const char *const names_male[], *const names_female[], *const names_family[];
extern const char *const names_street[], *const names_group[];
extern const size_t names_n_male, names_n_female, names_n_family, names_n_street, names_n_group;

/* ---- files (out.c) ---- */

struct out {
    FILE *file;
    char *path;
};
void out_open(struct out *, const char *dir, const char *name,
              const char *header); /* these end the program when the disk is full */
void out_close(struct out *);
void out_text(struct out *, const char *);
void out_char(struct out *, char);
void out_number(struct out *, uint64_t, int width);     /* zero-padded to width; 0: as it is */
void out_persian(struct out *, const char *);           /* text with its digits as Persian ones */
void out_variant(struct out *, const char *, unsigned); /* a name as another keyboard writes it; 0: as it is */

/* ---- the campaign (campaign.c) ---- */

enum programme {
    PROGRAMME_MEALS,
    PROGRAMME_PARCELS,
    PROGRAMME_STATIONERY,
    PROGRAMME_HYGIENE,
    PROGRAMME_GIFTCARDS,
    PROGRAMME_DISINFECTION,
    PROGRAMME_DISINFECTANT,
    PROGRAMME_DISINFECTANT_PLACES,
    PROGRAMME_APPLIANCES,
    PROGRAMME_DOWRIES,
    PROGRAMMES
};
/* MONTHS are those of the campaign's first year and the one in which the year of rounds ends. */
enum { MONTHS = 13, STAGES = 4, BODIES = 8, MAX_COUNTIES = 64, FULL_SIZE = 76000, MAX_MEMBERS = 8 };

struct county {
    char code[32];
    uint32_t weight;
    uint32_t *cities, *villages; /* numbers of areas */
    size_t n_cities, n_villages, cities_capacity, villages_capacity;
    uint32_t first_group, n_groups;
    uint32_t first_base, n_bases;
};
/* Where people live. */
struct place {
    char code[32];
    uint32_t county;
};

/* What a report should say of one row: one programme, county, month, body, or all. */
struct cell {
    uint64_t quantity, deliveries, households, persons, value;
};

struct goods; /* goods.c */

struct campaign {
    uint64_t seed;
    uint64_t people;
    const char *dir;
    bool plain; /* meals, parcels and kits alone, which draw nothing from stock */
    struct county counties[MAX_COUNTIES];
    size_t n_counties;
    struct place *places;
    size_t n_places, places_capacity;
    uint32_t total_weight;
    uint32_t *first; /* number of the first person of each household; one more at the end */
    uint64_t households;
    uint64_t groups, bases;
    /* To be written; meals in portions, disinfectant in litres for households and, rounds after rounds, for sites. */
    uint64_t parcels, meals, kits, doubles, packs, cards, litres, appliances, dowries;
    uint64_t sites;    /* places that are treated */
    uint64_t children; /* who may have a kit: counted while people are written */
    alm_date begins;
    uint32_t days, year_days;      /* of the campaign; of its rounds */
    char (*iso)[16], (*solar)[16]; /* names of the days */
    uint8_t *month;                /* counted from the first of 1399, by day */
    /* By household: which programmes, months and bodies reached it (see reach_bit), by aid to households and by aid to
     * a child. */
    uint64_t *reached, *reached_child;
    bool *needy; /* by household: its head meets a criterion; noted while people are written */
    struct cell by_programme[PROGRAMMES], by_county[MAX_COUNTIES], by_month[MONTHS], by_body[BODIES], all;
    uint64_t meal_rows, treatments;
    struct goods *goods;
};

static inline uint64_t scaled(const struct campaign *c, uint64_t full)
{
    return full * c->people / FULL_SIZE;
}
extern const char *const body_codes[BODIES];

/* ---- what the report should say (expected.c) ---- */

/* Count one line of aid to a household; child: it reaches one child, not all of it. */
void campaign_count(struct campaign *, enum programme, uint64_t household, uint32_t day, uint32_t body,
                    uint64_t quantity, uint64_t value, bool child);
/* The line reaches one person more, who lives alone in another household (`theirs`); counted after all that reaches
 * that one. */
void campaign_count_partner(struct campaign *, enum programme, uint64_t household, uint64_t theirs, uint32_t day,
                            uint32_t body);
/* One of aid to a place, which reaches nobody. */
void campaign_count_place(struct campaign *, enum programme, uint32_t county, uint32_t day, uint32_t body,
                          uint64_t quantity, uint64_t value);
void expected_write(struct campaign *);

/* ---- people (people.c) ---- */

struct person {
    uint64_t number;
    const char *relation, *given, *family, *father;
    bool sayyed;
    char sex;
    alm_date born;
    int grade;         /* -1: none */
    char national[11]; /* "" if there is none */
    char foreign[16];  /* "" if there is none */
    bool may_have_kit; /* of school age on 1 Mehr, and has a mark by which the list names the child */
};
struct household {
    size_t n;
    struct person members[MAX_MEMBERS];
};
void people_sizes(struct campaign *); /* fills first and households */
uint32_t people_place(const struct campaign *, uint64_t household);
uint32_t people_size(const struct campaign *, uint64_t household);
void people_household(const struct campaign *, uint64_t household, struct household *);
void people_write(struct campaign *);
void people_write_household_code(struct out *, uint64_t household);

/* ---- people who are in the list twice (doubles.c) ---- */

/* doubles.csv, and in truth.csv who is who; that many per cent are in it twice. */
void doubles_write(struct campaign *, uint32_t percent);

/* ---- who gives (givers.c) ---- */

void givers_plan(struct campaign *);
void givers_write(struct campaign *);
enum speciality { COOKING, PACKING, TEACHING, MEDICAL, BUILDING, DISINFECTION, SPECIALITIES };
uint32_t givers_group(const struct campaign *, uint32_t county, enum speciality, struct chance *);
uint32_t givers_body(const struct campaign *, uint32_t group);

/* ---- goods (goods.c) ---- */

/* What lies in the warehouse, with the prices of all that follows from it. */
enum good {
    GOOD_RICE,
    GOOD_FLOUR,
    GOOD_OIL,
    GOOD_LENTILS,
    GOOD_SUGAR,
    GOOD_PARCEL_SMALL, /* packed out of those above */
    GOOD_PARCEL_MEDIUM,
    GOOD_PARCEL_LARGE,
    GOOD_PACK_SMALL,
    GOOD_PACK_MEDIUM,
    GOOD_PACK_LARGE,
    GOOD_NAPPIES,
    GOOD_PADS,
    GOOD_KIT_FIRST,
    GOOD_KIT_SECOND,
    GOOD_KIT_THIRD,
    GOOD_BLEACH,
    GOOD_ETHANOL,
    GOOD_GLYCEROL,
    GOOD_HAND_RUB, /* mixed out of the two above */
    GOOD_SURFACE,  /* mixed out of bleach */
    GOOD_REFRIGERATOR,
    GOOD_COOKER,
    GOOD_HEATER,
    GOOD_CARPET,
    GOOD_BLANKET,
    GOOD_DISHES,
    GOODS
};
uint64_t goods_price(enum good); /* of a unit; of what is packed or mixed, what that costs */
void goods_start(struct campaign *);
/* Aid takes so many thousandths of it out of stock on that day. */
void goods_draw(struct campaign *, enum good, uint32_t day, uint64_t thousandths);
/* A kitchen cooks so many portions for a meal; answers what they cost beside the goods that are drawn for them. */
enum slot { SLOT_LUNCH, SLOT_DINNER, SLOTS };
extern const char *const slot_names[SLOTS];
enum { KITCHENS_A_COUNTY = 2 };
uint64_t goods_cook(struct campaign *, size_t kitchen, enum slot, uint32_t day, uint64_t portions);
uint64_t goods_portion_cost(const struct campaign *, enum slot); /* in all */
const char *goods_recipe(enum slot);
void goods_write_kitchen_code(struct out *, const struct campaign *, size_t kitchen);
/* Items, depots, receipts and moves, packings and batches, out of all that was drawn; and what is left over. */
void goods_write(struct campaign *);
void goods_write_left(struct out *, const struct campaign *);
void goods_release(struct campaign *);

/* ---- aid given ---- */

/* Lists of deliveries begin so; a row is written up to its note. */
#define DELIVERY_COLUMNS "key,programme,household,person,place,national_id,quantity,date,body,group,note"
enum { NO_GROUP = UINT32_MAX };
void out_day(struct out *o, const struct campaign *c, uint32_t day, struct chance *);
void out_giver(struct out *, uint32_t body, uint32_t group); /* ,BODY,GROUP, */
/* Line t of `total` is due on day t * days / total: how many before that day. */
static inline uint64_t lines_before(uint64_t total, uint64_t day, uint64_t days)
{
    return (day * total + days - 1) / days;
}
bool parcels_possible(const struct campaign *);
void parcels_write(struct campaign *);
void meals_write(struct campaign *);
void kits_write(struct campaign *);
bool packs_possible(const struct campaign *);
void packs_write(struct campaign *);
void cards_write(struct campaign *);
void appliances_write(struct campaign *);
void dowries_write(struct campaign *);
void litres_write(struct campaign *); /* disinfectant for households */
void sites_write(struct campaign *);  /* places; their treatment and their disinfectant */

#endif
