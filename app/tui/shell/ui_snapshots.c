#include "app/tui/shell/ui_private.h"

/* Snapshots belong to the program, not to a session. */

struct snapshots *ui_snapshots(const struct ui *ui)
{
    return ui->snapshots;
}

struct snapshot_taker *ui_snapshot_taker(const struct ui *ui)
{
    return ui->taker;
}

struct report_desk *ui_report_desk(const struct ui *ui)
{
    return ui->desk;
}

struct holdings_desk *ui_holdings_desk(const struct ui *ui)
{
    return ui->holdings;
}

void ui_snapshots_changed(struct ui *ui)
{
    ui_update_screens(ui, 0);
    ui_damage(ui);
}
