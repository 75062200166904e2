/* SPDX-License-Identifier: MIT */
/* What goes into a batch, and whether it came out right: arithmetic only. */
#include "disinfectant.h"
#include <stdlib.h>

void disinfectant_decimal(int64_t thousandths, char *buf, size_t size)
{
    char decimals[8];
    snprintf(decimals, sizeof decimals, "%03d",
             (int)(thousandths % 1000 < 0 ? -(thousandths % 1000) : thousandths % 1000));
    size_t len = 3;
    while (len && decimals[len - 1] == '0')
        len--;
    snprintf(buf, size, "%s%lld%s%.*s", thousandths < 0 && thousandths > -1000 ? "-" : "",
             (long long)(thousandths / 1000), len ? "." : "", (int)len, decimals);
}

const struct disinfectant_substance *disinfectant_substance_of(const struct disinfectant_settings *s, const char *name)
{
    const struct disinfectant_substance *all = s->substances.items;
    for (size_t i = 0; name && i < s->substances.count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

const struct disinfectant_product *disinfectant_product_of(const struct disinfectant_settings *s, const char *name)
{
    for (size_t i = 0; name && i < s->products.count; i++)
        if (strcmp(disinfectant_product_at(s, i)->name, name) == 0)
            return disinfectant_product_at(s, i);
    return NULL;
}

bool disinfectant_additive(const struct disinfectant_settings *s, const char *text,
                           const struct disinfectant_substance **substance, int64_t *ml, char *why, size_t size)
{
    char name[80];
    const size_t len = strcspn(text, " \t");
    snprintf(name, sizeof name, "%.*s", len < sizeof name ? (int)len : (int)sizeof name - 1, text);
    *substance = disinfectant_substance_of(s, name);
    if (!*substance) {
        snprintf(why, size, "there is no section [substance %.60s]", name);
        return false;
    }
    char *end = NULL;
    const char *number = text + len + strspn(text + len, " \t");
    const long long whole = strtoll(number, &end, 10);
    int64_t thousandths = 0;
    bool good = end != number && *number >= '0' && *number <= '9' && whole < 1000;
    if (good && *end == '.') {
        int64_t worth = 100;
        for (end++; worth && *end >= '0' && *end <= '9'; end++, worth /= 10)
            thousandths += (*end - '0') * worth;
    }
    *ml = good ? whole * 1000 + thousandths : 0;
    if (*ml > 0 && *end == '\0')
        return true;
    snprintf(why, size, "'%.60s' does not say how many millilitres in a litre", text);
    return false;
}

/* ---- what must not meet ---- */

const char *disinfectant_danger(const struct disinfectant_substance *a, const struct disinfectant_substance *b)
{
    static const struct {
        enum disinfectant_kind one, other;
        const char *danger;
    } dangers[] = {
        {DISINFECTANT_CHLORINE, DISINFECTANT_ACID, "chlorine and an acid give chlorine gas"},
        {DISINFECTANT_CHLORINE, DISINFECTANT_ALCOHOL, "chlorine and alcohol give chloroform"},
        {DISINFECTANT_CHLORINE, DISINFECTANT_AMMONIA, "chlorine and ammonia give chloramine gas"},
        {DISINFECTANT_CHLORINE, DISINFECTANT_PEROXIDE, "chlorine and a peroxide destroy each other, with heat and gas"},
        {DISINFECTANT_PEROXIDE, DISINFECTANT_ACID, "a peroxide and an acid give a peracid, which burns"},
    };
    for (size_t i = 0; i < COUNT_OF(dangers); i++)
        if (((int64_t)dangers[i].one == a->kind && (int64_t)dangers[i].other == b->kind) ||
            ((int64_t)dangers[i].one == b->kind && (int64_t)dangers[i].other == a->kind))
            return dangers[i].danger;
    return NULL;
}

static enum alm_status check_dangers(const struct disinfectant_mix *mix, struct alm_error *err)
{
    for (size_t i = 0; i < mix->n_parts; i++)
        for (size_t k = 0; k < i; k++) {
            const char *danger = disinfectant_danger(mix->parts[i].substance, mix->parts[k].substance);
            if (danger)
                return alm_fail(err, ALM_REFUSED, "never mix them, nor in one vessel after the other",
                                "%s: %.60s, %.60s", danger, mix->parts[k].substance->name,
                                mix->parts[i].substance->name);
        }
    return ALM_OK;
}

/* ---- how much of what ---- */

/* amount * part / whole, rounded up to a millilitre. */
static alm_quantity share(alm_quantity amount, int64_t part, int64_t whole)
{
    return (alm_quantity)(((__int128)amount * part + whole - 1) / whole);
}

static enum alm_status check_range(const struct disinfectant_product *product,
                                   const struct disinfectant_substance *concentrate, int64_t strength,
                                   struct alm_error *err)
{
    const int64_t least = product->least ? product->least : product->strength;
    const int64_t most = product->most ? product->most : product->strength;
    char wanted[32], have[32], from[32], to[32];
    disinfectant_decimal(strength, wanted, sizeof wanted);
    disinfectant_decimal(concentrate->strength, have, sizeof have);
    disinfectant_decimal(least, from, sizeof from);
    disinfectant_decimal(most, to, sizeof to);
    if (strength > concentrate->strength)
        return alm_fail(err, ALM_REFUSED, "take a stronger concentrate, or make a weaker product",
                        "%s %% cannot be made of %.60s, which has %s %%", wanted, concentrate->name, have);
    if (strength < least || strength > most)
        return alm_fail(err, ALM_REFUSED, "the keys least and most of the product say what is safe and works",
                        "%s %% is no strength of %.60s: it has %s to %s %%", wanted, product->name, from, to);
    return ALM_OK;
}

/*
 * C1 · V1 = C2 · V2: what there is of the active substance in V1 litres of the concentrate is all that there is of it
 * in V2 litres of the product; so V1 = V2 · C2 / C1.  For chlorine C is the available chlorine in per cent of weight in
 * volume (0.1 % is 1,000 ppm: one part of 5 % bleach in 49 parts of water; WHO, Cleaning and disinfection of
 * environmental surfaces, May 2020), for alcohol per cent by volume (WHO, Guide to local production of handrub
 * formulations).  Of a powder V1 is in kilograms.
 *
 * Water: V2 is what the vessel is filled up to.  Alcohol and water take less room together than apart, so from 96 % to
 * 70 % some 3 litres in a hundred more go in than `water` says, and who pours in just that much gets about 72 %.  That
 * is why recipes say "fill up to" and why the strength is measured; it is not corrected here.
 */
enum alm_status disinfectant_mix_plan(const struct disinfectant_settings *s, const struct disinfectant_product *product,
                                      const char *from, int64_t strength, alm_quantity litres,
                                      struct disinfectant_mix *mix, struct alm_error *err)
{
    const struct disinfectant_substance *own = disinfectant_substance_of(s, product->from);
    const struct disinfectant_substance *concentrate = from ? disinfectant_substance_of(s, from) : own;
    *mix = (struct disinfectant_mix){
        .product = product, .strength = strength ? strength : product->strength, .litres = litres};
    if (!concentrate || !own)
        return alm_fail(err, ALM_BAD_DATA, "the sections [substance NAME] of its settings are what there is",
                        "there is no substance '%.60s'", from ? from : product->from);
    if (litres <= 0 || litres > DISINFECTANT_MOST_LITRES * ALM_UNIT)
        return alm_fail(err, ALM_BAD_DATA, "write for example --litres 50",
                        "a batch has more than 0 and at most %d litres", DISINFECTANT_MOST_LITRES);
    mix->parts[mix->n_parts++] = (struct disinfectant_part){.substance = concentrate};
    for (size_t i = 0; i < product->additives.count && mix->n_parts < COUNT_OF(mix->parts); i++) {
        struct disinfectant_part *part = &mix->parts[mix->n_parts];
        char why[120];
        int64_t ml;
        if (!disinfectant_additive(s, product->additives.items[i], &part->substance, &ml, why, sizeof why))
            return alm_fail(err, ALM_BAD_CONFIG, NULL, "%s", why); /* check() has refused such settings */
        part->litres = share(litres, ml, 1000000);
        mix->n_parts++;
    }
    enum alm_status status = check_dangers(mix, err);
    if (status == ALM_OK && concentrate->kind != own->kind)
        status = alm_fail(err, ALM_REFUSED, "take a concentrate of the same kind",
                          "%.60s is made of %s, and %.60s is %s", product->name, disinfectant_kinds[own->kind],
                          concentrate->name, disinfectant_kinds[concentrate->kind]);
    if (status == ALM_OK)
        status = check_range(product, concentrate, mix->strength, err);
    if (status != ALM_OK)
        return status;
    mix->parts[0].litres = share(litres, mix->strength, concentrate->strength);
    mix->water = litres;
    for (size_t i = 0; i < mix->n_parts; i++)
        mix->water -= mix->parts[i].litres;
    if (mix->water < 0)
        return alm_fail(err, ALM_REFUSED, "take a stronger concentrate, or less of the additives",
                        "concentrate and additives alone are more than the litres that are wanted");
    return ALM_OK;
}

/* Too strong: water for V litres at m to come to t is V · (m / t - 1); too weak: concentrate of C is V · (t - m) / (C -
 * t). */
enum alm_status disinfectant_mix_check(const struct disinfectant_mix *mix, int64_t measured, struct alm_error *err)
{
    const int64_t wanted = mix->strength;
    const int64_t off = measured > wanted ? measured - wanted : wanted - measured;
    const int64_t concentrate = mix->parts[0].substance->strength;
    char got[32], want[32], amount[32], limit[32];
    char hint[200];
    if (measured <= 0 || measured > 100000)
        return alm_fail(err, ALM_BAD_DATA, "write per cent: --measured 0.1",
                        "a strength is more than 0 and at most 100 %%");
    if ((__int128)off * 100000 <= (__int128)wanted * mix->product->tolerance)
        return ALM_OK;
    disinfectant_decimal(measured, got, sizeof got);
    disinfectant_decimal(wanted, want, sizeof want);
    disinfectant_decimal(mix->product->tolerance, limit, sizeof limit);
    if (measured > wanted) {
        disinfectant_decimal(share(mix->litres, measured - wanted, wanted), amount, sizeof amount);
        snprintf(hint, sizeof hint, "add some %s litres of water, and measure again", amount);
    } else if (concentrate > wanted) {
        disinfectant_decimal(share(mix->litres, wanted - measured, concentrate - wanted), amount, sizeof amount);
        snprintf(hint, sizeof hint, "add some %s litres of %.60s, and measure again", amount,
                 mix->parts[0].substance->name);
    } else {
        snprintf(hint, sizeof hint, "take a stronger concentrate");
    }
    return alm_fail(err, ALM_REFUSED, hint, "%s %% was measured where %s %% was to be: that is more than %s %% off",
                    got, want, limit);
}
