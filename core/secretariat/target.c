/* SPDX-License-Identifier: MIT */
/* target: targets and capacity as arrays, for those who plan with them; and targets up the tree of areas. */
#include "secretariat/internal.h"

#include <stdlib.h>

/* ---- targets ---- */

struct targets {
    struct secretariat_target *at;
    size_t n, capacity;
};

static enum alm_status take_target(void *context, const int64_t *values, struct alm_error *err)
{
    struct targets *targets = context;
    (void)err;
    ARRAY_ROOM(targets->at, targets->n, targets->capacity);
    targets->at[targets->n++] = (struct secretariat_target){.stage = values[TARGET_STAGE],
                                                            .programme = values[TARGET_PROGRAMME],
                                                            .area = values[TARGET_AREA],
                                                            .households = values[TARGET_HOUSEHOLDS],
                                                            .persons = values[TARGET_PERSONS],
                                                            .quantity = values[TARGET_QUANTITY],
                                                            .budget = values[TARGET_BUDGET]};
    return ALM_OK;
}

static int compare_ids(const alm_id *left, const alm_id *right, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}

static int by_target(const void *a, const void *b)
{
    const struct secretariat_target *left = a, *right = b;
    const alm_id keys[2][3] = {{left->stage, left->programme, left->area},
                               {right->stage, right->programme, right->area}};
    return compare_ids(keys[0], keys[1], 3);
}

enum alm_status secretariat_targets(const struct secretariat *secretariat, alm_id stage, alm_id programme,
                                    struct secretariat_target **out, size_t *n, struct alm_error *err)
{
    struct targets targets = {0};
    const enum alm_status status =
        secretariat_rows(secretariat, SHEET_TARGET, stage, programme, take_target, &targets, err);
    *out = NULL;
    *n = 0;
    if (status != ALM_OK) {
        free(targets.at);
        return status;
    }
    if (targets.n)
        qsort(targets.at, targets.n, sizeof *targets.at, by_target);
    *out = targets.at;
    *n = targets.n;
    return ALM_OK;
}

/* ---- capacity ---- */

struct capacities {
    struct secretariat_capacity *at;
    size_t n, capacity;
};

static enum alm_status take_capacity(void *context, const int64_t *values, struct alm_error *err)
{
    struct capacities *capacities = context;
    (void)err;
    ARRAY_ROOM(capacities->at, capacities->n, capacities->capacity);
    capacities->at[capacities->n++] = (struct secretariat_capacity){.stage = values[CAPACITY_STAGE],
                                                                    .programme = values[CAPACITY_PROGRAMME],
                                                                    .body = values[CAPACITY_BODY],
                                                                    .group = values[CAPACITY_GROUP],
                                                                    .area = values[CAPACITY_AREA],
                                                                    .quantity = values[CAPACITY_QUANTITY],
                                                                    .people = values[CAPACITY_PEOPLE]};
    return ALM_OK;
}

static int by_capacity(const void *a, const void *b)
{
    const struct secretariat_capacity *left = a, *right = b;
    const alm_id keys[2][5] = {{left->stage, left->programme, left->body, left->group, left->area},
                               {right->stage, right->programme, right->body, right->group, right->area}};
    return compare_ids(keys[0], keys[1], 5);
}

enum alm_status secretariat_capacities(const struct secretariat *secretariat, alm_id stage, alm_id programme,
                                       struct secretariat_capacity **out, size_t *n, struct alm_error *err)
{
    struct capacities capacities = {0};
    const enum alm_status status =
        secretariat_rows(secretariat, SHEET_CAPACITY, stage, programme, take_capacity, &capacities, err);
    *out = NULL;
    *n = 0;
    if (status != ALM_OK) {
        free(capacities.at);
        return status;
    }
    if (capacities.n)
        qsort(capacities.at, capacities.n, sizeof *capacities.at, by_capacity);
    *out = capacities.at;
    *n = capacities.n;
    return ALM_OK;
}

/* ---- up the tree ---- */

static void add_up(int64_t *sum, int64_t more)
{
    if (more != ALM_NULL)
        *sum = *sum == ALM_NULL ? more : *sum + more;
}

static int64_t own_or(int64_t own, int64_t sum)
{
    return own != ALM_NULL ? own : sum;
}

enum alm_status secretariat_target_tree(const struct secretariat *secretariat, const struct secretariat_target *targets,
                                        size_t n, struct secretariat_target *sums, struct alm_error *err)
{
    const struct secretariat_target none = {
        .households = ALM_NULL, .persons = ALM_NULL, .quantity = ALM_NULL, .budget = ALM_NULL};
    const struct register_area *areas;
    size_t n_areas;
    int32_t deepest = 0;
    enum alm_status status = register_areas(secretariat->directory, &areas, &n_areas, err);
    if (status != ALM_OK)
        return status;
    struct secretariat_target *own = xcalloc(n_areas + 1, sizeof *own);
    for (size_t i = 0; i < n_areas; i++) {
        own[i] = sums[i] = none;
        deepest = areas[i].depth > deepest ? areas[i].depth : deepest;
    }
    for (size_t i = 0; i < n; i++) {
        const int32_t area = register_area_by_id(secretariat->directory, targets[i].area);
        if (area >= 0)
            own[area] = targets[i];
    }
    /* From the lowest areas up: those in an area are summed up before it is asked. */
    for (int32_t depth = deepest; depth >= 0; depth--)
        for (size_t i = 0; i < n_areas; i++) {
            struct secretariat_target *sum = &sums[i];
            if (areas[i].depth != depth)
                continue;
            sum->area = areas[i].id;
            sum->households = own_or(own[i].households, sum->households);
            sum->persons = own_or(own[i].persons, sum->persons);
            sum->quantity = own_or(own[i].quantity, sum->quantity);
            sum->budget = own_or(own[i].budget, sum->budget);
            if (areas[i].parent < 0)
                continue;
            struct secretariat_target *above = &sums[areas[i].parent];
            add_up(&above->households, sum->households);
            add_up(&above->persons, sum->persons);
            add_up(&above->quantity, sum->quantity);
            add_up(&above->budget, sum->budget);
        }
    free(own);
    return ALM_OK;
}
