/* SPDX-License-Identifier: MIT */
/*
 * import: orders from a file, row by row in its order.  What they write is gathered for the chunk; a row that is
 * refused has written nothing.
 */
#include "stock/internal.h"

enum { KIND, ITEM, DEPOT, TO, LOT, QUANTITY, DATE, EXPIRES, SOURCE, PRICE, REASON, KEY };

const struct import_column stock_order_columns[] = {
    [KIND] = {"kind", "movement|type|نوع|نوع حرکت", false},
    [ITEM] = {"item", "item_code|code|کالا|کد کالا", true},
    [DEPOT] = {"depot", "warehouse|from|انبار|کد انبار|از انبار", true},
    [TO] = {"to", "to_depot|به انبار|مقصد", false},
    [LOT] = {"lot", "batch|lot number|بهر|سری|شماره سری", false},
    [QUANTITY] = {"quantity", "amount|مقدار|تعداد", true},
    [DATE] = {"date", "day|تاریخ", false},
    [EXPIRES] = {"expires", "expiry|expiry date|best before|انقضا|تاریخ انقضا", false},
    [SOURCE] = {"source", "donor|seller|supplier|اهداکننده|خیر|فروشنده", false},
    [PRICE] = {"price", "unit price|قیمت|قیمت واحد|بها", false},
    [REASON] = {"reason", "why|note|علت|دلیل", false},
    [KEY] = {"key", "reference|receipt|document|شناسه|شماره سند|رسید", false},
};
const size_t stock_n_order_columns = COUNT_OF(stock_order_columns);

static const char *const kind_words[][2] = {{"receive", "ورود"},  {"move", "انتقال"}, {"issue", "خروج"},
                                            {"return", "بازگشت"}, {"loss", "ضایعات"}, {"count", "شمارش"}};

static bool parse_kind(struct alm_text text, enum stock_kind *kind)
{
    char key[64], other[64];
    text_fold_joined(text, key, sizeof key);
    for (size_t i = 0; i < COUNT_OF(kind_words); i++)
        for (size_t k = 0; k < 2; k++) {
            text_fold_joined(text_of(kind_words[i][k]), other, sizeof other);
            if (strcmp(key, other) == 0) {
                *kind = (enum stock_kind)(STOCK_RECEIVE + i);
                return true;
            }
        }
    return false;
}

/* What the row says of column `c`; false if that is wrong. */
static bool parse_cell(const struct stock_import *import, const struct import_row *row, int c,
                       struct stock_order *order, struct alm_error *err)
{
    const struct alm_text text = row->fields[c];
    if (!text.len)
        return true;
    switch (c) {
    case KIND:
        if (!parse_kind(text, &order->kind))
            error_set(err, ALM_BAD_DATA, _("one of: receive, move, issue, return, loss, count"),
                      _("there is no movement '%.*s'"), (int)text.len, text.at);
        break;
    case ITEM:
        stock_find(import->stock, ALM_NOUN_ITEM, text, &order->item, err);
        break;
    case DEPOT:
    case TO:
        stock_find(import->stock, ALM_NOUN_DEPOT, text, c == TO ? &order->to : &order->depot, err);
        break;
    case QUANTITY:
        number_parse_thousandths(text, &order->quantity, err);
        break;
    case DATE:
        date_parse(text, &order->date, err);
        break;
    case EXPIRES:
        date_parse(text, &order->expires, err);
        break;
    case PRICE:
        number_parse_money(text, import->currency_decimals, &order->price, err);
        break;
    case LOT:
        order->lot = text;
        break;
    case SOURCE:
        order->source = text;
        break;
    case REASON:
        order->reason = text;
        break;
    default:
        order->key = text;
    }
    return err->status == ALM_OK;
}

static bool needs(int column, enum stock_kind kind)
{
    return column == ITEM || column == DEPOT || column == QUANTITY || (column == TO && kind == STOCK_MOVE);
}

static bool parse_row(const struct stock_import *import, struct import_row *row, struct arena *arena,
                      struct stock_order *order)
{
    *order = (struct stock_order){
        .kind = import->kind, .date = import->today, .today = import->today, .expires = ALM_NO_DATE, .price = ALM_NULL};
    for (int c = 0; c < (int)COUNT_OF(stock_order_columns); c++) {
        struct alm_error err = {0};
        if (!parse_cell(import, row, c, order, &err)) {
            import_reject(row, c, arena, "%s%s%s", err.text, *err.hint ? "; " : "", err.hint);
            return false;
        }
        if (!row->fields[c].len && needs(c, order->kind)) {
            import_reject(row, c, arena, _("the value is missing"));
            return false;
        }
    }
    return true;
}

enum alm_status stock_import_rows(void *context, struct import_row *rows, size_t n, struct arena *arena,
                                  struct store_entry *entry, struct alm_error *err)
{
    struct stock_import *import = context;
    struct stock *stock = import->stock;
    enum alm_status status = ALM_OK;
    stock_hold(stock);
    for (size_t i = 0; i < n && status == ALM_OK; i++) {
        struct alm_error fault = {0};
        struct stock_order order;
        struct stock_answer answer;
        if (!parse_row(import, &rows[i], arena, &order))
            continue;
        switch (stock_order(stock, &order, entry->id, &answer, &fault)) {
        case ALM_OK:
            rows[i].outcome = answer.same ? IMPORT_SAME : IMPORT_ADDED;
            break;
        case ALM_REFUSED:
        case ALM_BAD_DATA:
            import_reject(&rows[i], -1, arena, "%s%s%s", fault.text, *fault.hint ? "; " : "", fault.hint);
            break;
        default:
            *err = fault;
            status = fault.status;
        }
    }
    return status == ALM_OK ? stock_flush(stock, err) : status;
}

void stock_import_again(void *context)
{
    const struct stock_import *import = context;
    stock_again(import->stock);
}
