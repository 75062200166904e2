/* SPDX-License-Identifier: MIT */
/*
 * What a built plug-in counts on, number by number: where each member of plugin.h stands, how large each struct is,
 * which number each constant has.  A change that breaks one of them breaks every built plug-in, and needs a new major.
 * A new member at the end of a growing struct gets its line here and never changes afterwards.  No code comes of this
 * file.
 */
#include "base/base.h"

#if UINTPTR_MAX == UINT64_MAX && !defined(__ILP32__)

#define BROKEN " is not what built plug-ins count on: put it back, or raise ALM_ABI_MAJOR"
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "the size of struct " #type BROKEN)
#define GROWS(type, size) _Static_assert(sizeof(struct type) >= (size), "the size of struct " #type BROKEN)
#define AT(type, member, offset)                                                                                       \
    _Static_assert(offsetof(struct type, member) == (offset), "the place of " #type "." #member BROKEN)
#define IS(name, number) _Static_assert((name) == (number), "the number of " #name BROKEN)

SIZE(alm_error, 772);
AT(alm_error, status, 0);
AT(alm_error, text, 4);
AT(alm_error, hint, 516);

SIZE(alm_text, 16);
AT(alm_text, at, 0);
AT(alm_text, len, 8);

SIZE(alm_list, 16);
AT(alm_list, items, 0);
AT(alm_list, count, 8);

SIZE(alm_value, 24);
AT(alm_value, is_null, 0);
AT(alm_value, number, 8);
AT(alm_value, text, 16);

SIZE(alm_setting, 72);
AT(alm_setting, key, 0);
AT(alm_setting, type, 8);
AT(alm_setting, flags, 12);
AT(alm_setting, offset, 16);
AT(alm_setting, fallback, 24);
AT(alm_setting, min, 32);
AT(alm_setting, max, 40);
AT(alm_setting, choices, 48);
AT(alm_setting, unit, 56);
AT(alm_setting, help, 64);

SIZE(alm_setting_group, 64);
AT(alm_setting_group, name, 0);
AT(alm_setting_group, help, 8);
AT(alm_setting_group, settings, 16);
AT(alm_setting_group, n_settings, 24);
AT(alm_setting_group, item_size, 32);
AT(alm_setting_group, offset, 40);
AT(alm_setting_group, min_count, 48);
AT(alm_setting_group, max_count, 52);
AT(alm_setting_group, sample, 56);

SIZE(alm_group, 16);
AT(alm_group, items, 0);
AT(alm_group, count, 8);

SIZE(alm_check, 16);
AT(alm_check, context, 0);
AT(alm_check, problem, 8);

SIZE(alm_settings, 48);
AT(alm_settings, rows, 0);
AT(alm_settings, n_rows, 8);
AT(alm_settings, groups, 16);
AT(alm_settings, n_groups, 24);
AT(alm_settings, size, 32);
AT(alm_settings, check, 40);

SIZE(alm_option, 48);
AT(alm_option, name, 0);
AT(alm_option, type, 8);
AT(alm_option, flags, 12);
AT(alm_option, fallback, 16);
AT(alm_option, choices, 24);
AT(alm_option, value, 32);
AT(alm_option, help, 40);

SIZE(alm_arg, 24);
AT(alm_arg, count, 0);
AT(alm_arg, values, 8);
AT(alm_arg, given, 16);

SIZE(alm_args, 24);
AT(alm_args, options, 0);
AT(alm_args, n_options, 8);
AT(alm_args, at, 16);

SIZE(alm_command, 56);
AT(alm_command, name, 0);
AT(alm_command, summary, 8);
AT(alm_command, options, 16);
AT(alm_command, n_options, 24);
AT(alm_command, flags, 32);
AT(alm_command, run, 40);
AT(alm_command, examples, 48);

SIZE(alm_column, 48);
AT(alm_column, name, 0);
AT(alm_column, title, 8);
AT(alm_column, type, 16);
AT(alm_column, flags, 20);
AT(alm_column, unit, 24);
AT(alm_column, choices, 32);
AT(alm_column, hxl, 40);

SIZE(alm_report, 56);
AT(alm_report, name, 0);
AT(alm_report, summary, 8);
AT(alm_report, columns, 16);
AT(alm_report, n_columns, 24);
AT(alm_report, options, 32);
AT(alm_report, n_options, 40);
AT(alm_report, run, 48);

SIZE(alm_migration, 24);
AT(alm_migration, version, 0);
AT(alm_migration, name, 8);
AT(alm_migration, sql, 16);

SIZE(alm_member, 32);
AT(alm_member, id, 0);
AT(alm_member, birth_date, 8);
AT(alm_member, school_grade, 12);
AT(alm_member, relation, 16);
AT(alm_member, sex, 20);
AT(alm_member, criteria, 24);

SIZE(alm_line, 136);
AT(alm_line, id, 0);
AT(alm_line, owner, 8);
AT(alm_line, household, 16);
AT(alm_line, person, 24);
AT(alm_line, partner, 32);
AT(alm_line, place, 40);
AT(alm_line, programme, 48);
AT(alm_line, date, 56);
AT(alm_line, quantity, 64);
AT(alm_line, value, 72);
AT(alm_line, area, 80);
AT(alm_line, body, 88);
AT(alm_line, group, 96);
AT(alm_line, stage, 104);
AT(alm_line, reverses, 112);
AT(alm_line, detail, 120);
AT(alm_line, n_detail, 128);

GROWS(alm_case, 96);
AT(alm_case, size, 0);
AT(alm_case, recipient, 4);
AT(alm_case, date, 8);
AT(alm_case, id, 16);
AT(alm_case, owner, 24);
AT(alm_case, members, 32);
AT(alm_case, n_members, 40);
AT(alm_case, person, 48);
AT(alm_case, history, 56);
AT(alm_case, n_history, 64);
AT(alm_case, detail, 72);
AT(alm_case, n_detail, 80);
AT(alm_case, asked, 88);
AT(alm_case, partner, 96);

GROWS(alm_entitlement, 304);
AT(alm_entitlement, size, 0);
AT(alm_entitlement, has_period, 4);
AT(alm_entitlement, has_value, 5);
AT(alm_entitlement, quantity, 8);
AT(alm_entitlement, period, 16);
AT(alm_entitlement, unit_value, 24);
AT(alm_entitlement, next, 32);
AT(alm_entitlement, reason, 36);
AT(alm_entitlement, period_name, 236);

SIZE(alm_verdict, 201);
AT(alm_verdict, refused, 0);
AT(alm_verdict, reason, 1);

GROWS(alm_programme, 72);
AT(alm_programme, size, 0);
AT(alm_programme, recipient, 4);
AT(alm_programme, unit, 8);
AT(alm_programme, unit_plural, 16);
AT(alm_programme, look_back_days, 24);
AT(alm_programme, detail, 32);
AT(alm_programme, n_detail, 40);
AT(alm_programme, entitle, 48);
AT(alm_programme, settle, 56);
AT(alm_programme, unsettle, 64);

SIZE(alm_bulk_column, 32);
AT(alm_bulk_column, name, 0);
AT(alm_bulk_column, role, 8);
AT(alm_bulk_column, ints, 16);
AT(alm_bulk_column, texts, 24);

SIZE(alm_bulk, 48);
AT(alm_bulk, table, 0);
AT(alm_bulk, mode, 8);
AT(alm_bulk, columns, 16);
AT(alm_bulk, n_columns, 24);
AT(alm_bulk, n_rows, 32);
AT(alm_bulk, conflict, 40);

GROWS(alm_store_driver, 296);
AT(alm_store_driver, size, 0);
AT(alm_store_driver, flags, 4);
AT(alm_store_driver, open, 8);
AT(alm_store_driver, close, 16);
AT(alm_store_driver, describe, 24);
AT(alm_store_driver, exec, 32);
AT(alm_store_driver, begin, 40);
AT(alm_store_driver, commit, 48);
AT(alm_store_driver, rollback, 56);
AT(alm_store_driver, savepoint, 64);
AT(alm_store_driver, release, 72);
AT(alm_store_driver, prepare, 80);
AT(alm_store_driver, finalize, 88);
AT(alm_store_driver, bind_int, 96);
AT(alm_store_driver, bind_double, 104);
AT(alm_store_driver, bind_text, 112);
AT(alm_store_driver, bind_null, 120);
AT(alm_store_driver, bind_ints, 128);
AT(alm_store_driver, bind_texts, 136);
AT(alm_store_driver, step, 144);
AT(alm_store_driver, reset, 152);
AT(alm_store_driver, changes, 160);
AT(alm_store_driver, columns, 168);
AT(alm_store_driver, column_name, 176);
AT(alm_store_driver, column_is_null, 184);
AT(alm_store_driver, column_int, 192);
AT(alm_store_driver, column_double, 200);
AT(alm_store_driver, column_text, 208);
AT(alm_store_driver, bulk, 216);
AT(alm_store_driver, backup, 224);
AT(alm_store_driver, restore, 232);
AT(alm_store_driver, check, 240);
AT(alm_store_driver, bytes, 248);
AT(alm_store_driver, again, 256);
AT(alm_store_driver, defer, 264);
AT(alm_store_driver, session, 272);
AT(alm_store_driver, unsure, 280);
AT(alm_store_driver, relations, 288);

GROWS(alm_plugin, 168);
AT(alm_plugin, size, 0);
AT(alm_plugin, abi_major, 4);
AT(alm_plugin, abi_minor, 6);
AT(alm_plugin, name, 8);
AT(alm_plugin, version, 16);
AT(alm_plugin, summary, 24);
AT(alm_plugin, kind, 32);
AT(alm_plugin, settings, 40);
AT(alm_plugin, start, 88);
AT(alm_plugin, stop, 96);
AT(alm_plugin, commands, 104);
AT(alm_plugin, n_commands, 112);
AT(alm_plugin, reports, 120);
AT(alm_plugin, n_reports, 128);
AT(alm_plugin, migrations, 136);
AT(alm_plugin, n_migrations, 144);
AT(alm_plugin, programme, 152);
AT(alm_plugin, store, 160);

SIZE(alm_import_column, 40);
AT(alm_import_column, name, 0);
AT(alm_import_column, aliases, 8);
AT(alm_import_column, type, 16);
AT(alm_import_column, noun, 20);
AT(alm_import_column, flags, 24);
AT(alm_import_column, choices, 32);

SIZE(alm_import, 40);
AT(alm_import, file, 0);
AT(alm_import, columns, 8);
AT(alm_import, n_columns, 16);
AT(alm_import, row, 24);
AT(alm_import, context, 32);

GROWS(alm_host, 264);
AT(alm_host, size, 0);
AT(alm_host, abi_major, 4);
AT(alm_host, abi_minor, 6);
AT(alm_host, context, 8);
AT(alm_host, programme_name, 16);
AT(alm_host, programme_id, 24);
AT(alm_host, log, 32);
AT(alm_host, now, 40);
AT(alm_host, today, 48);
AT(alm_host, alloc, 56);
AT(alm_host, new_id, 64);
AT(alm_host, prepare, 72);
AT(alm_host, bind_int, 80);
AT(alm_host, bind_text, 88);
AT(alm_host, bind_null, 96);
AT(alm_host, bind_ints, 104);
AT(alm_host, step, 112);
AT(alm_host, column_is_null, 120);
AT(alm_host, column_int, 128);
AT(alm_host, column_text, 136);
AT(alm_host, changes, 144);
AT(alm_host, find, 152);
AT(alm_host, name_of, 160);
AT(alm_host, area_within, 168);
AT(alm_host, format_date, 176);
AT(alm_host, parse_date, 184);
AT(alm_host, solar_date, 192);
AT(alm_host, from_solar, 200);
AT(alm_host, table_begin, 208);
AT(alm_host, row, 216);
AT(alm_host, table_end, 224);
AT(alm_host, say, 232);
AT(alm_host, warn, 240);
AT(alm_host, progress, 248);
AT(alm_host, import, 256);
AT(alm_host, stock_draw, 264);
AT(alm_host, stock_make, 272);
AT(alm_host, stock_on_hand, 280);
AT(alm_host, token, 288);
AT(alm_host, currency, 296);
AT(alm_host, request_of, 304);
AT(alm_host, stock_issue, 312);
AT(alm_host, stock_put_back, 320);
AT(alm_host, deliver, 328);
AT(alm_host, stock_last_day, 336);
AT(alm_host, aliases, 344);

SIZE(alm_alias, 16);
AT(alm_alias, id, 0);
AT(alm_alias, survivor, 8);

SIZE(alm_goods, 16);
AT(alm_goods, item, 0);
AT(alm_goods, quantity, 8);

SIZE(alm_draw, 264);
AT(alm_draw, line, 0);
AT(alm_draw, date, 8);
AT(alm_draw, depots, 16);
AT(alm_draw, n_depots, 24);
AT(alm_draw, goods, 32);
AT(alm_draw, n_goods, 40);
AT(alm_draw, cost, 48);
AT(alm_draw, verdict, 56);

SIZE(alm_make, 88);
AT(alm_make, key, 0);
AT(alm_make, depot, 8);
AT(alm_make, date, 16);
AT(alm_make, uses, 24);
AT(alm_make, n_uses, 32);
AT(alm_make, makes, 40);
AT(alm_make, lot, 56);
AT(alm_make, expires, 64);
AT(alm_make, cost, 72);
AT(alm_make, made, 80);

GROWS(alm_request, 56);
AT(alm_request, size, 0);
AT(alm_request, id, 8);
AT(alm_request, subject, 16);
AT(alm_request, document, 24);
AT(alm_request, quantity, 32);
AT(alm_request, opened, 40);
AT(alm_request, visited, 44);
AT(alm_request, decided, 48);

GROWS(alm_delivery, 96);
AT(alm_delivery, size, 0);
AT(alm_delivery, n_detail, 4);
AT(alm_delivery, household, 8);
AT(alm_delivery, person, 16);
AT(alm_delivery, partner, 24);
AT(alm_delivery, place, 32);
AT(alm_delivery, date, 40);
AT(alm_delivery, body, 48);
AT(alm_delivery, group, 56);
AT(alm_delivery, quantity, 64);
AT(alm_delivery, key, 72);
AT(alm_delivery, detail, 80);
AT(alm_delivery, line, 88);

IS(ALM_OK, 0);
IS(ALM_REFUSED, 1);
IS(ALM_USAGE, 64);
IS(ALM_BAD_DATA, 65);
IS(ALM_NO_INPUT, 66);
IS(ALM_UNAVAILABLE, 69);
IS(ALM_INTERNAL, 70);
IS(ALM_CANT_CREATE, 73);
IS(ALM_IO, 74);
IS(ALM_AGAIN, 75);
IS(ALM_NO_PERMISSION, 77);
IS(ALM_BAD_CONFIG, 78);

IS(ALM_BOOL, 1);
IS(ALM_INT, 2);
IS(ALM_DECIMAL, 3);
IS(ALM_MONEY, 4);
IS(ALM_QUANTITY, 5);
IS(ALM_DATE, 6);
IS(ALM_MONTH, 7);
IS(ALM_TIME, 8);
IS(ALM_DURATION, 9);
IS(ALM_STRING, 10);
IS(ALM_PATH, 11);
IS(ALM_ENUM, 12);
IS(ALM_LIST, 13);
IS(ALM_ID, 14);

IS(ALM_HOUSEHOLD, 1);
IS(ALM_PERSON, 2);
IS(ALM_PLACE, 3);

IS(ALM_RELATION_UNKNOWN, 0);
IS(ALM_HEAD, 1);
IS(ALM_SPOUSE, 2);
IS(ALM_CHILD, 3);
IS(ALM_PARENT, 4);
IS(ALM_OTHER_RELATION, 5);

IS(ALM_BULK_APPEND, 0);
IS(ALM_BULK_MERGE, 1);
IS(ALM_BULK_CLAIM, 2);
IS(ALM_BULK_LOCK, 3);

IS(ALM_BULK_KEY, 0);
IS(ALM_BULK_SET, 1);
IS(ALM_BULK_ADD, 2);

IS(ALM_KIND_PROGRAMME, 1);
IS(ALM_KIND_STORE, 2);

IS(ALM_LOG_DEBUG, 0);
IS(ALM_LOG_INFO, 1);
IS(ALM_LOG_WARNING, 2);

IS(ALM_NOUN_AREA, 1);
IS(ALM_NOUN_BODY, 2);
IS(ALM_NOUN_GROUP, 3);
IS(ALM_NOUN_BASE, 4);
IS(ALM_NOUN_STAGE, 5);
IS(ALM_NOUN_HOUSEHOLD, 6);
IS(ALM_NOUN_PERSON, 7);
IS(ALM_NOUN_PLACE, 8);
IS(ALM_NOUN_ITEM, 9);
IS(ALM_NOUN_DEPOT, 10);

IS(ALM_ROW_NEW, 0);
IS(ALM_ROW_CHANGED, 1);
IS(ALM_ROW_SAME, 2);

IS(ALM_REQUIRED, 1);
IS(ALM_REPEATED, 2);
IS(ALM_ARGUMENT, 4);
IS(ALM_HIDDEN, 8);
IS(ALM_READS, 1);
IS(ALM_WRITES, 2);
IS(ALM_BULK, 4);
IS(ALM_NO_STORE, 8);
IS(ALM_TOTAL, 1);
IS(ALM_OPTIONAL, 2);
IS(ALM_STORE_CREATE, 1);
IS(ALM_STORE_READ_ONLY, 2);
IS(ALM_STORE_ONE_WRITER, 1);

#endif
