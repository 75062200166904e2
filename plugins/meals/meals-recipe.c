/* SPDX-License-Identifier: MIT */
/* Recipes: what goes into a portion, and how the goods of a batch leave the depot of its kitchen. */
#include "meals.h"

/* An ingredient of a portion.  Millionths, because a portion has less than a gram of some. */
struct ingredient {
    char item[MEALS_MAX_CODE + 1]; /* code in the stock */
    int64_t millionths;            /* of the item's unit */
};

enum { MILLION = 1000000, MOST_UNITS = 100 };

/* "0.08" as 80000; -1 if it is no number from 0.000001 to MOST_UNITS. */
static int64_t parse_millionths(const char *at)
{
    int64_t number = 0;
    int decimals = 0;
    bool digits = false;
    for (; *at >= '0' && *at <= '9' && number <= MOST_UNITS; at++, digits = true)
        number = number * 10 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9' && decimals < 6; at++, decimals++, digits = true)
            number = number * 10 + (*at - '0');
    for (; decimals < 6; decimals++)
        number *= 10;
    return *at || !digits || number < 1 || number > (int64_t)MOST_UNITS * MILLION ? -1 : number;
}

/* "rice 0.08"; what is wrong with it goes to `why`. */
static bool parse(const char *text, struct ingredient *ingredient, char *why, size_t size)
{
    size_t len = strcspn(text, " \t");
    *ingredient = (struct ingredient){.millionths = parse_millionths(text + len + strspn(text + len, " \t"))};
    if (len > MEALS_MAX_CODE || ingredient->millionths < 0) {
        snprintf(why, size, "'%.60s' does not say how much of an item of the stock", text);
        return false;
    }
    memcpy(ingredient->item, text, len);
    return true;
}

void meals_recipes_check(const struct meals_settings *s, const struct alm_check *to)
{
    const struct meals_recipe *recipes = s->recipes.items;
    char section[120];
    char why[160];
    char ignored[160];
    for (size_t i = 0; i < s->recipes.count; i++) {
        const struct alm_list *list = &recipes[i].ingredients;
        struct ingredient own;
        struct ingredient earlier;
        snprintf(section, sizeof section, "recipe %.100s", recipes[i].name);
        if (strpbrk(recipes[i].name, " \t,"))
            to->problem(to->context, section, NULL, "a recipe's name is one word",
                        "write for example [recipe rice-stew]");
        if (list->count == 0 || list->count > MEALS_MOST_INGREDIENTS) {
            snprintf(why, sizeof why, "a recipe has 1 to %d ingredients", MEALS_MOST_INGREDIENTS);
            to->problem(to->context, section, "ingredients", why,
                        "write for example ingredients = rice 0.08, oil 0.01");
        }
        for (size_t k = 0; k < list->count; k++) {
            if (!parse(list->items[k], &own, why, sizeof why)) {
                to->problem(to->context, section, "ingredients", why,
                            "write for example rice 0.08, oil 0.01: its code, and how much of its unit a portion has");
                continue;
            }
            for (size_t j = 0; j < k; j++)
                if (parse(list->items[j], &earlier, ignored, sizeof ignored) && strcmp(earlier.item, own.item) == 0) {
                    snprintf(why, sizeof why, "%s stands twice", own.item);
                    to->problem(to->context, section, "ingredients", why, "write it once, with the whole quantity");
                    break;
                }
        }
    }
}

enum alm_status meals_recipe_find(const struct meals_settings *s, const char *name, const struct meals_recipe **recipe,
                                  struct alm_error *err)
{
    const struct meals_recipe *recipes = s->recipes.items;
    char known[200] = "write [recipe NAME] into the programme's settings";
    size_t len = 0;
    *recipe = alm_group_find(&s->recipes, sizeof **recipe, name, strlen(name));
    if (*recipe)
        return ALM_OK;
    for (size_t i = 0; i < s->recipes.count && len < sizeof known; i++)
        len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "there are ", recipes[i].name);
    return alm_fail(err, ALM_BAD_DATA, known, "there is no recipe '%.60s'", name);
}

/* What so many portions take, to the nearest thousandth of a unit, and never nothing. */
static alm_quantity quantity_for(const struct ingredient *ingredient, alm_quantity portions)
{
    __extension__ typedef __int128 wide;
    const alm_quantity quantity = (alm_quantity)(((wide)ingredient->millionths * portions + MILLION / 2) / MILLION);
    return quantity ? quantity : 1;
}

enum alm_status meals_recipe_cook(const struct alm_host *host, const struct meals_recipe *recipe,
                                  const struct meals_making *making, alm_money *cost, struct alm_error *err)
{
    struct alm_goods uses[MEALS_MOST_INGREDIENTS];
    char key[MEALS_MAX_CODE * 4];
    struct alm_make make = {.key = key,
                            .depot = making->depot,
                            .date = making->date,
                            .uses = uses,
                            .n_uses = recipe->ingredients.count,
                            .expires = ALM_NO_DATE,
                            .cost = *cost == ALM_NULL ? 0 : *cost};
    enum alm_status status = ALM_OK;
    /* Two programmes may have batches of the same code. */
    snprintf(key, sizeof key, "%.60s %.150s", host->programme_name(host), making->code);
    if (!ALM_HOST_HAS(host, stock_make) || !host->stock_make)
        return alm_fail(err, ALM_UNAVAILABLE, "bring almoner up to date, or cook without a recipe",
                        "this almoner keeps no stock");
    if (making->depot == ALM_NULL) {
        char hint[200];
        snprintf(hint, sizeof hint, "almoner %s kitchen edit %.60s --depot CODE says where they lie",
                 host->programme_name(host), making->kitchen);
        return alm_fail(err, ALM_BAD_DATA, hint, "kitchen %.60s has no depot to take goods from", making->kitchen);
    }
    for (size_t i = 0; status == ALM_OK && i < make.n_uses; i++) {
        struct ingredient ingredient;
        char why[160];
        if (!parse(recipe->ingredients.items[i], &ingredient, why, sizeof why)) /* check() has refused such settings */
            return alm_fail(err, ALM_BAD_CONFIG, NULL, "%s", why);
        uses[i].quantity = quantity_for(&ingredient, making->portions);
        status = host->find(host, ALM_NOUN_ITEM, ingredient.item, &uses[i].item, err);
    }
    if (status == ALM_OK)
        status = host->stock_make(host, &make, err);
    if (status == ALM_OK)
        *cost = make.cost;
    return status;
}

enum alm_status meals_recipes(const struct alm_host *host, void *state, const struct alm_args *args,
                              struct alm_error *err)
{
    static const struct alm_column columns[] = {
        {.name = "recipe", .title = "recipe", .type = ALM_STRING},
        {.name = "item", .title = "item", .type = ALM_STRING},
        {.name = "quantity", .title = "quantity", .type = ALM_QUANTITY},
    };
    const struct meals *meals = state;
    const struct meals_recipe *recipes = meals->settings->recipes.items;
    const struct meals_recipe *only = NULL;
    const char *name = alm_arg_text(args, "recipe");
    alm_quantity portions = 0;
    enum alm_status status = meals_to_quantity(alm_arg_number(args, "portions", 1), "--portions", &portions, err);
    if (status == ALM_OK && name)
        status = meals_recipe_find(meals->settings, name, &only, err);
    if (status == ALM_OK)
        status = host->table_begin(host, "ingredients", columns, COUNT_OF(columns), err);
    for (size_t i = 0; status == ALM_OK && i < meals->settings->recipes.count; i++) {
        for (size_t k = 0; status == ALM_OK && (!only || only == &recipes[i]) && k < recipes[i].ingredients.count;
             k++) {
            struct ingredient ingredient;
            char why[160];
            if (!parse(recipes[i].ingredients.items[k], &ingredient, why, sizeof why))
                continue;
            const struct alm_value values[] = {alm_string(recipes[i].name), alm_string(ingredient.item),
                                               alm_number(quantity_for(&ingredient, portions))};
            status = host->row(host, values, err);
        }
    }
    return status == ALM_OK ? host->table_end(host, err) : status;
}
