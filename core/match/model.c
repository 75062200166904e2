/* SPDX-License-Identifier: MIT */
/*
 * Weights without labels.
 *
 * All pairs that there are come from a mixture: matches, pairs of one household, pairs of one place, and pairs that
 * have nothing to do with each other.  Of the last we know how often each level comes, from pairs at random; so we know
 * how many of each pattern chance alone brings among all pairs, and not only how they divide among the candidates,
 * which blocks have chosen for agreeing.  What is there beyond that is of the other kinds; expectation-maximisation
 * divides it among them.
 *
 * Relatives are held to what they are: what is each one's own (a given name, a birth date, a number) agrees among them
 * by chance alone, twins apart.  So the matches cannot settle on "one household".
 */
#include "match/internal.h"

#include <math.h>
#include <stdlib.h>

enum { ROUNDS = 60 };

/* What is believed before any data: levels of a field of two records of one person, and how many pairs that belief is
 * worth. */
static const double before[MATCH_LEVELS] = {0, 0.03, 0.02, 0.05, 0.10, 0.80};
static const double belief = 4;

static double clamp(double x, double least, double most)
{
    return x < least ? least : x > most ? most : x;
}

/* ---- chance ---- */

/* Pairs of which both have the field, and pairs that agree on it exactly. */
static void exact_pairs(const struct table *table, size_t field, double *there, double *equal)
{
    const struct column *column = &table->columns[field];
    *there = *equal = 0;
    if (table->first == table->n) {
        const double n = (double)table->n - (double)column->missing;
        *there = n * (n - 1) / 2;
        for (size_t v = 1; v < column->n; v++)
            *equal += (double)column->values[v].count * ((double)column->values[v].count - 1) / 2;
        return;
    }
    uint32_t *of_first = xcalloc(column->n, sizeof *of_first);
    double n = 0, m = 0;
    for (size_t i = 0; i < table->n; i++) {
        const uint32_t value = table_cell(table, i, field);
        if (i < table->first)
            of_first[value]++, n += value != 0;
        else if (value)
            m++, *equal += of_first[value];
    }
    *there = n * m;
    free(of_first);
}

/* In how many people each value is; in a file with many duplicates these are far fewer than its records. */
static void count_people(const struct table *table, size_t field, const uint32_t *entity, float *people)
{
    const size_t n = table->columns[field].n;
    for (size_t v = 0; v < n; v++)
        people[v] = (float)table->columns[field].values[v].count;
    if (!entity)
        return;
    /* A record counts for as much as it is of its person's records with that value: sorted, each run is one. */
    uint64_t *seen = xcalloc(2 * table->n + 2, sizeof *seen);
    size_t size = 1;
    while (size < table->n + 1)
        size *= 2;
    uint64_t *slots = size <= 2 * table->n + 2 ? seen : NULL;
    for (size_t v = 0; slots && v < n; v++)
        people[v] = 0;
    for (size_t i = 0; slots && i < table->n; i++) {
        const uint32_t value = table_cell(table, i, field);
        const uint64_t key = (uint64_t)value << 32 | (entity[i] + 1u);
        if (!value)
            continue;
        size_t at = mix64(key) & (size - 1);
        while (slots[at] && slots[at] != key)
            at = (at + 1) & (size - 1);
        people[value] += slots[at] != key;
        slots[at] = key;
    }
    free(seen);
}

/* ---- the mixture ---- */

struct fit {
    struct model *model;
    const struct rules *rules;
    const struct pattern_count *patterns;
    size_t n;
    double there[MATCH_MAX_FIELDS];             /* pairs of which both have the field */
    double raw[MATCH_MAX_FIELDS][MATCH_LEVELS]; /* pairs by level */
    double found[1 + MODEL_RELATIVES][MATCH_MAX_FIELDS][MATCH_LEVELS], totals[1 + MODEL_RELATIVES];
};

static bool shared(const struct rules_field *field, int kind)
{
    return field->share == RULES_PLACE || (kind == MODEL_HOUSEHOLD && field->share == RULES_HOUSEHOLD);
}

/* What is not in common agrees by chance; but there are twins, and numbers that were given out one after the other. */
static void relatives_by_chance(struct model *model, const struct rules *rules, int kind, size_t f, const double *found)
{
    double *r = model->r[kind][f];
    memcpy(r, model->u[f], sizeof model->u[f]);
    if (kind != MODEL_HOUSEHOLD || rules->fields[f].share != RULES_PERSONAL)
        return;
    if (rules->fields[f].how == COMPARE_DATE)
        r[MATCH_EXACT] = fmax(r[MATCH_EXACT], 0.01);
    if (rules->fields[f].how == COMPARE_DIGITS || rules->fields[f].how == COMPARE_EMAIL) {
        r[MATCH_EXACT] = fmax(r[MATCH_EXACT], 0.002);
        r[MATCH_NEAR] = fmax(r[MATCH_NEAR], 0.005);
    }
    if (rules->fields[f].how == COMPARE_TOKENS) {
        /* A name of several words: they share some of them, the surname, and not all. */
        const double apart = r[MATCH_DIFFER] + r[MATCH_WEAK] + r[MATCH_SIMILAR];
        double sum = 0;
        for (int level = MATCH_DIFFER; level <= MATCH_SIMILAR; level++)
            sum += r[level] = (found ? found[level] : 0) + belief / 3;
        for (int level = MATCH_DIFFER; level <= MATCH_SIMILAR; level++)
            r[level] *= apart / sum;
    }
}

static void start(struct fit *fit)
{
    struct model *model = fit->model;
    for (size_t f = 0; f < model->n_fields; f++) {
        memcpy(model->m[f], before, sizeof before);
        for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++) {
            model->u[f][level] = clamp(fit->raw[f][level] / fmax(fit->there[f], 1), 1e-7, 1);
            if (fit->rules->fields[f].fixed)
                model->m[f][level] = model->u[f][level] * exp2(fit->rules->fields[f].weights[level]);
        }
        for (int k = 0; k < MODEL_RELATIVES; k++) {
            if (shared(&fit->rules->fields[f], k))
                memcpy(model->r[k][f], before, sizeof before);
            else
                relatives_by_chance(model, fit->rules, k, f, NULL);
        }
    }
}

/* Logarithms of the kinds' chances, field by field and level by level. */
struct logs {
    double at[2 + MODEL_RELATIVES][MATCH_MAX_FIELDS][MATCH_LEVELS];
    double prior[2 + MODEL_RELATIVES];
};

static void take_logs(const struct model *model, struct logs *logs)
{
    const double *const kinds[] = {&model->m[0][0], &model->u[0][0], &model->r[0][0][0], &model->r[1][0][0]};
    const double sizes[] = {model->matches, model->pairs, model->relatives[0], model->relatives[1]};
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        logs->prior[k] = log(fmax(sizes[k], 0.01));
        for (size_t f = 0; f < model->n_fields; f++)
            for (int level = 0; level < MATCH_LEVELS; level++)
                logs->at[k][f][level] =
                    level == MATCH_MISSING ? 0 : log(fmax(kinds[k][f * MATCH_LEVELS + (size_t)level], 1e-12));
    }
}

/* Logarithms of how likely the pattern is for each kind. */
static inline void likelihoods(const struct model *model, const struct logs *logs, pattern_t pattern,
                               double likely[2 + MODEL_RELATIVES])
{
    memcpy(likely, logs->prior, sizeof logs->prior);
    for (size_t f = 0; f < model->n_fields; f++) {
        const enum match_level level = pattern_level(pattern, f);
        for (int k = 0; k < 2 + MODEL_RELATIVES; k++)
            likely[k] += logs->at[k][f][level];
        likely[1] += model->lift[f][model_on(model, pattern, f)][level];
    }
}

static void expect(struct fit *fit, const struct logs *logs)
{
    enum { KINDS = 2 + MODEL_RELATIVES };
    const size_t n_fields = fit->model->n_fields;
    memset(fit->found, 0, sizeof fit->found);
    memset(fit->totals, 0, sizeof fit->totals);
    for (size_t i = 0; i < fit->n; i++) {
        const pattern_t pattern = fit->patterns[i].pattern;
        double likely[KINDS], most = -INFINITY, sum = 0;
        likelihoods(fit->model, logs, pattern, likely);
        for (int k = 0; k < KINDS; k++)
            most = fmax(most, likely[k]);
        for (int k = 0; k < KINDS; k++)
            sum += likely[k] = exp(likely[k] - most);
        for (int k = 0; k < 1 + MODEL_RELATIVES; k++) {
            const double share = likely[k ? k + 1 : 0] / sum * fit->patterns[i].count;
            if (share < 1e-9)
                continue;
            fit->totals[k] += share;
            for (size_t f = 0; f < n_fields; f++)
                fit->found[k][f][pattern_level(pattern, f)] += share;
        }
    }
}

static void spread(double *chances, const double *found, double weight)
{
    double sum = 0;
    for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
        sum += found[level] + weight * before[level];
    for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
        chances[level] = (found[level] + weight * before[level]) / sum;
}

/* One person has one given name and one birth date: where these differ in most pairs, the pairs are of something else.
 */
static void hold_personal(double *m)
{
    const double most = 0.3, apart = m[MATCH_DIFFER] + m[MATCH_WEAK];
    if (apart <= most)
        return;
    for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
        m[level] *= level <= MATCH_WEAK ? most / apart : (1 - most) / (1 - apart);
}

static double maximise(struct fit *fit)
{
    struct model *model = fit->model;
    double change = fabs(fit->totals[0] - model->matches) / fmax(model->matches, 1);
    model->matches = fmax(fit->totals[0], 1);
    for (int k = 0; k < MODEL_RELATIVES; k++)
        model->relatives[k] = fmax(fit->totals[1 + k], 0.01);
    for (size_t f = 0; f < model->n_fields; f++) {
        /* Chance: what is left of all pairs. */
        double sum = 0, u[MATCH_LEVELS];
        for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++) {
            double others = 0;
            for (int k = 0; k < 1 + MODEL_RELATIVES; k++)
                others += fit->found[k][f][level];
            u[level] = fmax(fit->raw[f][level] - others, 0.01 * fit->raw[f][level]);
            u[level] = fmax(u[level], fit->there[f] * 1e-7);
            sum += u[level];
        }
        for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
            model->u[f][level] = u[level] / sum;
        if (!fit->rules->fields[f].fixed)
            spread(model->m[f], fit->found[0][f], belief);
        if (!fit->rules->fields[f].fixed && fit->rules->fields[f].share == RULES_PERSONAL)
            hold_personal(model->m[f]);
        if (fit->rules->fields[f].fixed)
            for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
                model->m[f][level] = model->u[f][level] * exp2(fit->rules->fields[f].weights[level]);
        for (int k = 0; k < MODEL_RELATIVES; k++) {
            if (shared(&fit->rules->fields[f], k))
                spread(model->r[k][f], fit->found[1 + k][f], belief);
            else
                relatives_by_chance(model, fit->rules, k, f, fit->found[1 + k][f]);
        }
    }
    return change;
}

/* Only what some kind but chance can explain is worth looking at again. */
static size_t keep_likely(struct pattern_count *kept, const struct pattern_count *patterns, size_t n,
                          const struct model *model, const struct logs *logs)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++) {
        double likely[2 + MODEL_RELATIVES], best = -INFINITY;
        likelihoods(model, logs, patterns[i].pattern, likely);
        for (int k = 0; k < 2 + MODEL_RELATIVES; k++)
            best = k == 1 ? best : fmax(best, likely[k]);
        if (best > likely[1] - 12)
            kept[left++] = patterns[i];
    }
    return left;
}

/* ---- what hangs together ---- */

/* How often levels of two fields come together among pairs that are no matches. */
struct together {
    double counts[MATCH_LEVELS][MATCH_LEVELS], all;
};

/* What the one says about the other, in pairs' worth of bits. */
static double says(const struct together *both)
{
    double rows[MATCH_LEVELS] = {0}, columns[MATCH_LEVELS] = {0}, sum = 0;
    for (int i = MATCH_DIFFER; i < MATCH_LEVELS; i++)
        for (int k = MATCH_DIFFER; k < MATCH_LEVELS; k++) {
            rows[i] += both->counts[i][k];
            columns[k] += both->counts[i][k];
        }
    for (int i = MATCH_DIFFER; i < MATCH_LEVELS; i++)
        for (int k = MATCH_DIFFER; k < MATCH_LEVELS; k++)
            if (both->counts[i][k] > 0)
                sum += both->counts[i][k] * log2(both->counts[i][k] * both->all / (rows[i] * columns[k]));
    return sum;
}

static void lift_by(struct model *model, size_t f, const struct together *both, bool turned)
{
    double given[MATCH_LEVELS] = {0}, own[MATCH_LEVELS] = {0};
    for (int i = MATCH_DIFFER; i < MATCH_LEVELS; i++)
        for (int k = MATCH_DIFFER; k < MATCH_LEVELS; k++) {
            const double count = turned ? both->counts[k][i] : both->counts[i][k];
            given[i] += count;
            own[k] += count;
        }
    for (int i = MATCH_DIFFER; i < MATCH_LEVELS; i++)
        for (int k = MATCH_DIFFER; k < MATCH_LEVELS; k++) {
            /* Of few pairs little is believed. */
            const double count = turned ? both->counts[k][i] : both->counts[i][k];
            const double usual = own[k] / both->all, few = 8;
            if (given[i] > 0 && own[k] > 0)
                model->lift[f][i][k] = log((count + few * usual) / (given[i] + few) / usual);
        }
}

static int find_tree(int *tree, int field)
{
    while (tree[field] != field)
        field = tree[field];
    return field;
}

/* Hang each field on the one that says most about it, so that they make trees. */
static void hang_fields(struct model *model, const struct logs *logs, const struct pattern_count *sample, size_t n)
{
    const size_t n_fields = model->n_fields;
    struct together *all = xcalloc(n_fields * n_fields, sizeof *all);
    double *worth = xcalloc(n_fields * n_fields, sizeof *worth);
    int tree[MATCH_MAX_FIELDS];
    bool linked[MATCH_MAX_FIELDS][MATCH_MAX_FIELDS] = {{false}};
    memset(model->lift, 0, sizeof model->lift);
    for (size_t f = 0; f < n_fields; f++) {
        model->on[f] = -1;
        tree[f] = (int)f;
    }
    for (size_t i = 0; i < n; i++) {
        const pattern_t pattern = sample[i].pattern;
        double likely[2 + MODEL_RELATIVES];
        enum match_level levels[MATCH_MAX_FIELDS];
        likelihoods(model, logs, pattern, likely);
        if (likely[0] > likely[1] - 5) /* may be a match: of those all agree */
            continue;
        for (size_t f = 0; f < n_fields; f++)
            levels[f] = pattern_level(pattern, f);
        for (size_t f = 0; f < n_fields; f++)
            for (size_t g = 0; g < f && levels[f]; g++)
                if (levels[g]) {
                    all[f * n_fields + g].counts[levels[g]][levels[f]] += sample[i].count;
                    all[f * n_fields + g].all += sample[i].count;
                }
    }
    for (size_t f = 0; f < n_fields; f++)
        for (size_t g = 0; g < f; g++)
            worth[f * n_fields + g] = says(&all[f * n_fields + g]);
    for (;;) {
        size_t best_f = 0, best_g = 0;
        double most = 60; /* bits: less may be noise */
        for (size_t f = 0; f < n_fields; f++)
            for (size_t g = 0; g < f; g++)
                if (worth[f * n_fields + g] > most && find_tree(tree, (int)f) != find_tree(tree, (int)g)) {
                    most = worth[f * n_fields + g];
                    best_f = f, best_g = g;
                }
        if (best_f == best_g)
            break;
        tree[find_tree(tree, (int)best_f)] = find_tree(tree, (int)best_g);
        linked[best_f][best_g] = linked[best_g][best_f] = true;
    }
    /* From each tree's first field outwards. */
    bool seen[MATCH_MAX_FIELDS] = {false};
    for (size_t first = 0; first < n_fields; first++) {
        size_t queue[MATCH_MAX_FIELDS], length = 0;
        if (seen[first])
            continue;
        seen[first] = true;
        queue[length++] = first;
        for (size_t at = 0; at < length; at++)
            for (size_t f = 0; f < n_fields; f++)
                if (linked[queue[at]][f] && !seen[f]) {
                    const size_t on = queue[at];
                    seen[f] = true;
                    queue[length++] = f;
                    model->on[f] = (int)on;
                    lift_by(model, f, f > on ? &all[f * n_fields + on] : &all[on * n_fields + f], f < on);
                }
    }
    free(all);
    free(worth);
}

/* ---- weights ---- */

/* A nearer level never counts less than one that is farther off: levels that seem to are taken for one. */
static void rising(const double *m, const double *u, double *w)
{
    double of_m[MATCH_LEVELS], of_u[MATCH_LEVELS];
    int first[MATCH_LEVELS], n = 0;
    for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++) {
        of_m[n] = m[level];
        of_u[n] = u[level];
        first[n++] = level;
        while (n > 1 && of_m[n - 1] * of_u[n - 2] < of_m[n - 2] * of_u[n - 1]) {
            of_m[n - 2] += of_m[n - 1];
            of_u[n - 2] += of_u[n - 1];
            n--;
        }
    }
    for (int i = 0, level = MATCH_DIFFER; i < n; i++)
        for (; level < (i + 1 < n ? first[i + 1] : MATCH_LEVELS); level++)
            w[level] = log2(of_m[i] / of_u[i]);
}

static void weigh_values(struct model *model, const struct table *table, const struct rules *rules, size_t f,
                         const uint32_t *entity)
{
    const size_t n = table->columns[f].n;
    const double chance = model->u[f][MATCH_EXACT];
    double people = 0;
    model->rare[f] = xcalloc(n, sizeof *model->rare[f]);
    if (!rules->fields[f].frequency || rules->fields[f].fixed)
        return;
    count_people(table, f, entity, model->rare[f]);
    for (size_t v = 1; v < n; v++)
        people += (double)model->rare[f][v];
    /* A value that nobody else has is not known to be rarer than one in all of them. */
    const double least = clamp(people * chance, 0.05, 1);
    for (size_t v = 1; v < n; v++) {
        /* Without what is known of persons, the two of the pair are counted as one of them. */
        const double others = (double)model->rare[f][v] - (entity ? 1 : 2);
        model->rare[f][v] = (float)clamp(log2(chance * people / fmax(others, least)), -20, 12);
    }
}

/* Of a comparison, against one that is cheap. */
static double costs(enum compare_how how)
{
    return how == COMPARE_TOKENS ? 4 : how == COMPARE_EMAIL ? 2 : how == COMPARE_DIGITS ? 1.3 : 1;
}

static void to_bits(struct model *model, const struct table *table, const struct rules *rules, const uint32_t *entity)
{
    double most[MATCH_MAX_FIELDS], tells[MATCH_MAX_FIELDS];
    model->prior = log2(model->matches / model->pairs);
    for (int k = 0; k < MODEL_RELATIVES; k++)
        model->prior_r[k] = log2(model->relatives[k] / model->pairs);
    for (size_t f = 0; f < model->n_fields; f++) {
        most[f] = 0;
        for (int on = 0; on < MATCH_LEVELS; on++) {
            double m[MATCH_LEVELS], u[MATCH_LEVELS];
            for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++) {
                m[level] = fmax(model->m[f][level], 1e-4);
                u[level] = model->u[f][level] * exp(model->lift[f][on][level]);
            }
            rising(m, u, model->w[f][on]);
            for (int level = MATCH_DIFFER; rules->fields[f].fixed && level < MATCH_LEVELS; level++)
                model->w[f][on][level] = rules->fields[f].weights[level];
            most[f] = fmax(most[f], model->w[f][on][MATCH_EXACT]);
        }
        for (int level = MATCH_DIFFER; level < MATCH_LEVELS; level++)
            for (int k = 0; k < MODEL_RELATIVES; k++)
                model->w_r[k][f][level] = log2(model->r[k][f][level] / fmax(model->m[f][level], 1e-4));
        weigh_values(model, table, rules, f, entity);
        float rarest = 0;
        for (size_t v = 1; v < table->columns[f].n; v++)
            rarest = model->rare[f][v] > rarest ? model->rare[f][v] : rarest;
        most[f] += (double)rarest;
        tells[f] = (most[f] - model->w[f][0][MATCH_DIFFER]) / costs(rules->fields[f].how);
        model->order[f] = f;
    }
    for (size_t i = 1; i < model->n_fields; i++)
        for (size_t k = i; k > 0 && tells[model->order[k]] > tells[model->order[k - 1]]; k--) {
            const size_t other = model->order[k];
            model->order[k] = model->order[k - 1];
            model->order[k - 1] = other;
        }
    model->rest[model->n_fields] = 0;
    for (size_t i = model->n_fields; i-- > 0;)
        model->rest[i] = model->rest[i + 1] + most[model->order[i]];
}

void model_estimate(struct model *model, const struct table *table, const struct rules *rules,
                    const struct pattern_count *patterns, size_t n, const struct pattern_count *sample, size_t n_sample,
                    const uint32_t *entity)
{
    double sampled[MATCH_MAX_FIELDS][MATCH_LEVELS] = {{0}};
    struct fit *fit = xcalloc(1, sizeof *fit);
    struct logs *logs = xcalloc(1, sizeof *logs);
    model->n_fields = table->n_fields;
    model->pairs = fmax(table_pairs(table), 1);
    fit->model = model;
    fit->rules = rules;
    for (size_t i = 0; i < n_sample; i++)
        for (size_t f = 0; f < table->n_fields; f++)
            sampled[f][pattern_level(sample[i].pattern, f)] += sample[i].count;
    for (size_t f = 0; f < table->n_fields; f++) {
        double equal, other = 0;
        exact_pairs(table, f, &fit->there[f], &equal);
        for (int level = MATCH_DIFFER; level < MATCH_EXACT; level++)
            other += sampled[f][level] + 0.25;
        for (int level = MATCH_DIFFER; level < MATCH_EXACT; level++)
            fit->raw[f][level] = (fit->there[f] - equal) * (sampled[f][level] + 0.25) / other;
        fit->raw[f][MATCH_EXACT] = equal;
    }
    model->matches = fmax(0.05 * (double)table->n, 1);
    model->relatives[MODEL_HOUSEHOLD] = (double)table->n;
    model->relatives[MODEL_PLACE] = 2 * (double)table->n;
    for (size_t f = 0; f < model->n_fields; f++)
        model->on[f] = -1;
    memset(model->lift, 0, sizeof model->lift);
    start(fit);
    take_logs(model, logs);
    hang_fields(model, logs, sample, n_sample);
    struct pattern_count *kept = xcalloc(n + 1, sizeof *kept);
    fit->n = keep_likely(kept, patterns, n, model, logs);
    fit->patterns = kept;
    for (int round = 0; round < ROUNDS; round++) {
        expect(fit, logs);
        const double change = maximise(fit);
        take_logs(model, logs);
        if (round > 5 && change < 1e-4)
            break;
    }
    to_bits(model, table, rules, entity);
    free(kept);
    free(fit);
    free(logs);
}

/* ---- pairs ---- */

double model_explain(const struct model *model, const struct table *table, size_t a, size_t b, pattern_t pattern,
                     double bits[MATCH_MAX_FIELDS], double *household)
{
    double odds = model->prior, relatives[MODEL_RELATIVES], others = 1;
    (void)b;
    for (int k = 0; k < MODEL_RELATIVES; k++)
        relatives[k] = model->prior_r[k] - model->prior;
    for (size_t f = 0; f < model->n_fields; f++) {
        const enum match_level level = pattern_level(pattern, f);
        bits[f] = model->w[f][model_on(model, pattern, f)][level];
        if (level == MATCH_EXACT)
            bits[f] += (double)model->rare[f][table_cell(table, a, f)];
        odds += bits[f];
        for (int k = 0; k < MODEL_RELATIVES; k++)
            relatives[k] += model->w_r[k][f][level];
    }
    /* Against a match; those who have nothing to do with each other are the measure. */
    for (int k = 0; k < MODEL_RELATIVES; k++)
        others += exp2(clamp(odds + relatives[k], -100, 200));
    *household = -log2(others);
    return odds + *household;
}

double model_bits(const struct model *model, const struct table *table, size_t a, size_t b, pattern_t pattern)
{
    double bits[MATCH_MAX_FIELDS], household;
    return model_explain(model, table, a, b, pattern, bits, &household);
}

void model_release(struct model *model)
{
    for (size_t f = 0; f < MATCH_MAX_FIELDS; f++) {
        free(model->rare[f]);
        model->rare[f] = NULL;
    }
}
