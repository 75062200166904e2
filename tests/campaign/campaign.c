/* SPDX-License-Identifier: MIT */
#include "campaign.h"
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>

/*
 * 122,000 parcels, 300,000 meals, 185,000 hygiene packs, 10,500 kits and 9,255 gift cards for 76,000 people over ten
 * months of 1399, 106 appliances and 237 dowries, and 5,000 second helpings of parcels; a year of rounds over 2,000
 * places; disinfectant.
 */
enum {
    FULL_PARCELS = 122000,
    FULL_MEALS = 300000,
    FULL_KITS = 10500,
    FULL_DOUBLES = 5000,
    FULL_PACKS = 185000,
    FULL_CARDS = 9255,
    FULL_LITRES = 20000,
    FULL_APPLIANCES = 106,
    FULL_DOWRIES = 237,
    FULL_SITES = 2000,
    LEAST_SITES = 22,
    LEAST_PEOPLE = 200,
    MOST_PEOPLE = 100000000
};

/* Share of the province's people by county (census of 2016, in thousands); a county that is not here counts as a small
 * one. */
static const struct {
    const char *name;
    uint32_t weight;
} weights[] = {{"Khorramabad", 506}, {"Borujerd", 326},  {"Dorud", 175},   {"Kuhdasht", 167},
               {"Delfan", 144},      {"Aligudarz", 138}, {"Selseleh", 76}, {"Poldokhtar", 74},
               {"Azna", 72},         {"Chegeni", 42},    {"Rumeshkan", 39}};
enum { OTHER_WEIGHT = 50 };

static void fail(int status, const char *what, const char *why)
{
    fprintf(stderr, "campaign: %s: %s\n", what, why);
    exit(status);
}

/* ---- areas ---- */

struct area {
    char *code, *parent;
    int county; /* -1: none */
};

static int compare_areas(const void *a, const void *b)
{
    return strcmp(((const struct area *)a)->code, ((const struct area *)b)->code);
}

static void add_place(struct campaign *c, uint32_t county, const char *code, bool city)
{
    struct county *in = &c->counties[county];
    ARRAY_ROOM(c->places, c->n_places, c->places_capacity);
    struct place *place = &c->places[c->n_places];
    snprintf(place->code, sizeof place->code, "%s", code);
    place->county = county;
    if (city) {
        ARRAY_ROOM(in->cities, in->n_cities, in->cities_capacity);
        in->cities[in->n_cities++] = (uint32_t)c->n_places++;
    } else {
        ARRAY_ROOM(in->villages, in->n_villages, in->villages_capacity);
        in->villages[in->n_villages++] = (uint32_t)c->n_places++;
    }
}

static void add_county(struct campaign *c, const char *code, const char *latin)
{
    if (c->n_counties == MAX_COUNTIES)
        fail(ALM_BAD_DATA, code, "too many counties");
    struct county *county = &c->counties[c->n_counties++];
    snprintf(county->code, sizeof county->code, "%s", code);
    county->weight = OTHER_WEIGHT;
    for (size_t i = 0; i < COUNT_OF(weights); i++)
        if (strcmp(weights[i].name, latin) == 0)
            county->weight = weights[i].weight;
}

/* The county above an area; parents may stand anywhere before their children in the file, which is searched by code. */
static int county_above(const struct area *areas, size_t n, const char *code)
{
    for (int depth = 0; depth < 16 && *code; depth++) {
        struct area key = {.code = (char *)(uintptr_t)code};
        const struct area *found = bsearch(&key, areas, n, sizeof *areas, compare_areas);
        if (!found)
            return -1;
        if (found->county >= 0)
            return found->county;
        code = found->parent;
    }
    return -1;
}

/* code,parent,kind,name,name_latin, as conf/demo/areas.csv: no field of it is quoted. */
static void read_areas(struct campaign *c, const char *path)
{
    struct area *areas = NULL;
    size_t n = 0, capacity = 0;
    char *text, *save;
    size_t len;
    struct alm_error err;
    if (file_read(path, 64 << 20, &text, &len, &err) != ALM_OK)
        fail((int)err.status, path, err.text);
    char **kinds = NULL;
    size_t kinds_capacity = 0;
    for (char *line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        char *rest = line, *fields[5];
        for (size_t i = 0; i < COUNT_OF(fields); i++)
            if (!(fields[i] = strsep(&rest, ",")))
                fail(ALM_BAD_DATA, path, "a row has fewer than five fields");
        if (strcmp(fields[0], "code") == 0)
            continue;
        ARRAY_ROOM(areas, n, capacity);
        ARRAY_ROOM(kinds, n, kinds_capacity);
        areas[n] = (struct area){fields[0], fields[1], -1};
        kinds[n] = fields[2];
        if (strcmp(fields[2], "county") == 0) {
            areas[n].county = (int)c->n_counties;
            add_county(c, fields[0], fields[4]);
        }
        n++;
    }
    struct area *sorted = xcalloc(n + 1, sizeof *sorted);
    if (n > 0)
        memcpy(sorted, areas, n * sizeof *areas);
    qsort(sorted, n, sizeof *sorted, compare_areas);
    for (size_t i = 0; i < n; i++) {
        bool city = strcmp(kinds[i], "city") == 0 || strcmp(kinds[i], "neighbourhood") == 0;
        int county = city || strcmp(kinds[i], "village") == 0 ? county_above(sorted, n, areas[i].parent) : -1;
        if (county >= 0)
            add_place(c, (uint32_t)county, areas[i].code, city);
    }
    for (size_t i = 0; i < c->n_counties; i++) {
        c->total_weight += c->counties[i].weight;
        if (c->counties[i].n_cities + c->counties[i].n_villages == 0)
            fail(ALM_BAD_DATA, c->counties[i].code, "a county without a city or village to live in");
    }
    if (c->n_counties == 0)
        fail(ALM_BAD_DATA, path, "no county in it");
    free(sorted);
    free(areas);
    free(kinds);
    free(text);
}

/* ---- days ---- */

static void make_days(struct campaign *c)
{
    c->begins = date_from_solar(1399, 1, 15);
    c->days = (uint32_t)(date_from_solar(1399, 11, 15) - c->begins);
    c->year_days = 365;
    c->iso = xcalloc(c->year_days, sizeof *c->iso);
    c->solar = xcalloc(c->year_days, sizeof *c->solar);
    c->month = xcalloc(c->year_days, 1);
    for (uint32_t i = 0; i < c->year_days; i++) {
        int32_t year, month, day;
        alm_date date = c->begins + (alm_date)i;
        date_format(date, DATE_ISO, c->iso[i], sizeof c->iso[i]);
        date_format(date, DATE_SOLAR, c->solar[i], sizeof c->solar[i]);
        date_to_solar(date, &year, &month, &day);
        c->month[i] = (uint8_t)((year - 1399) * 12 + month - 1);
    }
}

void out_giver(struct out *o, uint32_t body, uint32_t group)
{
    out_char(o, ',');
    out_text(o, body_codes[body]);
    out_char(o, ',');
    if (group != NO_GROUP) {
        out_char(o, 'G');
        out_number(o, group + 1, 4);
    }
    out_char(o, ',');
}

/* As registrars write it: two of three in the Solar Hijri calendar, some of those in Persian digits. */
void out_day(struct out *o, const struct campaign *c, uint32_t day, struct chance *chance)
{
    uint32_t hand = chance_below(chance, 60);
    if (hand < 20)
        out_text(o, c->iso[day]);
    else if (hand < 57)
        out_text(o, c->solar[day]);
    else
        out_persian(o, c->solar[day]);
}

/* ---- the program ---- */

static void usage(FILE *to)
{
    fputs(
        "usage: campaign --areas FILE --out DIR [--people N] [--seed N] [--plain | --doubles PERCENT]\n"
        "Writes the lists of a made-up campaign to DIR: who there is, what goods come, what is given (.csv), and in "
        "expected.txt\n"
        "what the reports have to say.  N people (76000) scale everything else.\n"
        "With --plain there are meals, parcels and stationery alone, which draw nothing from stock, and the same rows "
        "of them.\n"
        "With --doubles it writes the people alone, PERCENT of them twice as another hand wrote them: doubles.csv, and "
        "truth.csv\nwith who is who.\n",
        to);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (errno || end == text || *end || *text == '-' || value < least || value > most) {
        char why[96];
        snprintf(why, sizeof why, "\"%.20s\" is not a number from %" PRIu64 " to %" PRIu64, text, least, most);
        fail(ALM_USAGE, option, why);
    }
    return value;
}

static void release(struct campaign *c)
{
    for (size_t i = 0; i < c->n_counties; i++) {
        free(c->counties[i].cities);
        free(c->counties[i].villages);
    }
    free(c->places);
    free(c->first);
    free(c->iso);
    free(c->solar);
    free(c->month);
    free(c->reached);
    free(c->reached_child);
    free(c->needy);
    goods_release(c);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"areas", required_argument, NULL, 'a'},  {"out", required_argument, NULL, 'o'},
        {"people", required_argument, NULL, 'p'}, {"seed", required_argument, NULL, 's'},
        {"plain", no_argument, NULL, 'l'},        {"doubles", required_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
    struct campaign c = {.seed = 1399, .people = FULL_SIZE};
    const char *areas = NULL;
    uint32_t doubles = 0;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'a':
            areas = optarg;
            break;
        case 'o':
            c.dir = optarg;
            break;
        case 'p':
            c.people = number("--people", optarg, LEAST_PEOPLE, MOST_PEOPLE);
            break;
        case 's':
            c.seed = number("--seed", optarg, 0, UINT64_MAX);
            break;
        case 'd':
            doubles = (uint32_t)number("--doubles", optarg, 1, 100);
            break;
        case 'l':
            c.plain = true;
            break;
        case 'h':
            usage(stdout);
            return 0;
        default:
            usage(stderr);
            return ALM_USAGE;
        }
    }
    if (!areas || !c.dir || optind < argc) {
        usage(stderr);
        return ALM_USAGE;
    }
    if (mkdir(c.dir, 0777) != 0 && errno != EEXIST)
        fail(ALM_CANT_CREATE, c.dir, strerror(errno));
    read_areas(&c, areas);
    make_days(&c);
    c.parcels = scaled(&c, FULL_PARCELS);
    c.meals = scaled(&c, FULL_MEALS);
    c.kits = scaled(&c, FULL_KITS);
    c.doubles = scaled(&c, FULL_DOUBLES);
    if (!c.plain) {
        c.packs = scaled(&c, FULL_PACKS);
        c.cards = scaled(&c, FULL_CARDS);
        c.litres = scaled(&c, FULL_LITRES);
        c.appliances = scaled(&c, FULL_APPLIANCES) ? scaled(&c, FULL_APPLIANCES) : 1;
        c.dowries = scaled(&c, FULL_DOWRIES) ? scaled(&c, FULL_DOWRIES) : 1;
        c.sites = scaled(&c, FULL_SITES) > LEAST_SITES ? scaled(&c, FULL_SITES) : LEAST_SITES;
    }
    people_sizes(&c);
    if (doubles) {
        doubles_write(&c, doubles);
        release(&c);
        return 0;
    }
    givers_plan(&c);
    c.reached = xcalloc(c.households, sizeof *c.reached);
    c.reached_child = xcalloc(c.households, sizeof *c.reached_child);
    c.needy = xcalloc(c.households, sizeof *c.needy);
    goods_start(&c);
    givers_write(&c);
    people_write(&c);
    if (!parcels_possible(&c) || c.children < c.kits || c.cards > c.households || c.litres > c.households ||
        !packs_possible(&c))
        fail(ALM_BAD_DATA, "--people",
             "these households are too few for all that they are to get; take some more people or another --seed");
    parcels_write(&c);
    meals_write(&c);
    if (!c.plain) {
        packs_write(&c);
        cards_write(&c);
        litres_write(&c);
        appliances_write(&c);
    }
    kits_write(&c); /* aid to a child or a couple is counted after all that reaches their households */
    if (!c.plain) {
        dowries_write(&c);
        sites_write(&c);
        goods_write(&c);
    }
    expected_write(&c);
    release(&c);
    return 0;
}
