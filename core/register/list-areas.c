/* SPDX-License-Identifier: MIT */
/* How the areas of a list hang on each other and on those that are there: a parent may come later in the file. */
#include "register/list-small.h"
#include <stdlib.h>

enum { DEPTH_MAX = 16 };
#define NO_PARENT UINT32_MAX

/* Nothing but its parent may fail a row that others count on: what else could is looked at before. */
static bool area_row_is_sound(const struct small *small, struct import_row *row, uint32_t item)
{
    for (size_t c = 0; c < small->n_cells; c++) {
        if (row->fields[c].len > TEXT_MAX_BYTES) {
            import_reject(row, (int)c, small->arena, _("longer than %d bytes"), TEXT_MAX_BYTES);
            return false;
        }
        if (small->table->cells[c].needed && !row->fields[c].len && !small->items[item].known) {
            import_reject(row, (int)c, small->arena, _("empty; every %s has it"), _(small->table->word));
            return false;
        }
    }
    return true;
}

/*
 * Parents may come later in the chunk, so rows are taken together: a row falls if its parent is not there, if that
 * parent's row fell, or if the area would lie in itself.  A row that falls leaves its area as it was, or missing, so
 * this goes on until nothing falls; it ends because areas are at most DEPTH_MAX deep.
 */
void small_check_parents(struct small *small)
{
    size_t n = small->codes.n;
    uint32_t *parent = xreallocarray(NULL, n + 1, sizeof *parent);
    uint32_t *kept = xreallocarray(NULL, n + 1, sizeof *kept); /* as the store has it */
    uint32_t *rows = xcalloc(n + 1, sizeof *rows);             /* rows of this chunk that stand for the area */
    uint32_t *wanted = xreallocarray(NULL, small->n + 1, sizeof *wanted);
    struct keys by_id = {0};
    uint32_t *number = xreallocarray(NULL, n + 1, sizeof *number);
    for (size_t k = 0; k < n; k++)
        if (small->items[k].known)
            number[keys_add_id(&by_id, small->items[k].id, NULL)] = (uint32_t)k;
    for (size_t k = 0; k < n; k++) {
        int64_t id = small->items[k].known ? small->items[k].values[1].number : ALM_NULL;
        size_t at = id == ALM_NULL ? KEYS_NONE : keys_find_id(&by_id, id);
        kept[k] = parent[k] = at == KEYS_NONE ? NO_PARENT : number[at];
    }
    for (size_t i = 0; i < small->n; i++) {
        struct import_row *row = &small->rows[i];
        struct alm_text text = row->fields[1];
        uint32_t item = small->item_of_row[i];
        if (item == UINT32_MAX)
            continue;
        if (!area_row_is_sound(small, row, item)) {
            small->item_of_row[i] = UINT32_MAX;
            continue;
        }
        wanted[i] = parent[item];
        if (text.len) {
            char key[CODE_MAX + 1];
            size_t k = keys_find(&small->codes, (struct alm_text){key, register_code_key(text, key)});
            if (k == KEYS_NONE) {
                import_reject(row, 1, small->arena, _("there is no area %.*s, here or in the register"), (int)text.len,
                              text.at);
                small->item_of_row[i] = UINT32_MAX;
                continue;
            }
            wanted[i] = (uint32_t)k;
        } else if (small->importer->edit && text.at) {
            wanted[i] = NO_PARENT;
        }
        parent[item] = wanted[i];
        rows[item]++;
    }
    for (bool fell = true; fell;) {
        fell = false;
        for (size_t i = 0; i < small->n; i++) {
            uint32_t item = small->item_of_row[i];
            if (item == UINT32_MAX || wanted[i] == NO_PARENT)
                continue;
            struct alm_text text = small->rows[i].fields[1];
            bool missing = !small->items[wanted[i]].known && !rows[wanted[i]];
            int depth = 0;
            uint32_t at = wanted[i];
            while (at != NO_PARENT && at != item && ++depth < DEPTH_MAX)
                at = parent[at];
            if (!missing && at == NO_PARENT)
                continue;
            if (missing)
                import_reject(&small->rows[i], 1, small->arena, _("the row of area %.*s was rejected"), (int)text.len,
                              text.at);
            else if (at == item)
                import_reject(&small->rows[i], 1, small->arena, _("area %.*s would lie in itself"),
                              (int)small->rows[i].fields[0].len, small->rows[i].fields[0].at);
            else
                import_reject(&small->rows[i], 1, small->arena, _("lies in itself, or more than %d areas deep"),
                              DEPTH_MAX);
            small->item_of_row[i] = UINT32_MAX;
            rows[item]--;
            parent[item] = kept[item];
            fell = true;
        }
    }
    free(parent);
    free(kept);
    free(rows);
    free(wanted);
    free(number);
    keys_release(&by_id);
}
