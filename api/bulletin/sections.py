"""A bulletin's sections, told by rules from the figures: every number in them is one of `Stats`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from api.bulletin import words
from api.bulletin.document import MOST, Bars, Block, Paragraph, Row, Section, Sentence, Source, Table
from api.bulletin.trace import Trace
from api.names import STATUS, URGENT, short_name
from api.stats import Figure, Rising, Stats
from corpora import top
from nlp.surge import FEWEST, PAST, RATE, WINDOWS
from nlp.trends import Change


def overview(stats: Stats, trace: Trace) -> Section:
    """How many, how that changed, of what kinds and where."""
    this, total = words.THIS[stats.unit], stats.total
    where = words.division(stats.region) if stats.region else "全部地区"
    period = trace.period()
    told = [
        Sentence(f"{this}（{words.days(stats.span)}），{where}共收到群众反映 {total.reports} 条。", period),
        Sentence(
            f"{words.compared(total.previous, words.BEFORE[stats.unit])}；"
            f"{words.compared(total.last_year, '去年同期')}。",
            trace.period(also_before=True),
        ),
    ]
    tops = [f for f in stats.categories if "." not in f.key and f.reports]
    if tops:
        kinds = "、".join(
            f"{short_name(f.key)} {f.reports} 条（{words.share(f.reports, total.reports)}）" for f in tops
        )
        told.append(Sentence(f"其中{kinds}。", period))
    told.append(Sentence(f"{this}新出现议题 {len(stats.new)} 个。", trace.issues(stats.new, f"{this}新议题的报告")))
    labels = tuple(words.day(stats.span.start + timedelta(days=n)) for n in range(stats.span.days))
    blocks: list[Block] = [Paragraph(tuple(told))]
    if len(labels) > 1:
        blocks.append(Bars(f"{this}每日条数", labels, stats.daily))
    blocks.append(_table("按类别", "类别", _in_tree(stats.categories), _indented, trace.category))
    regions = stats.regions[:MOST]
    if any(figure.key != stats.region for figure in regions):
        names = {f.key: words.division(f.key, within=stats.region) for f in regions}
        blocks.append(_table("按地区", "地区", regions, names.__getitem__, trace.division))
    return Section("总体情况", tuple(blocks))


def surging(stats: Stats, trace: Trace) -> Section:
    """What grows beyond chance, with place, size, growth and examples."""
    this = words.THIS[stats.unit]
    if not stats.judged:
        short = f"连续记录不足 {PAST[0] + WINDOWS[-1]} 天，不作突增检验。"
        return Section("突增议题", (_said(short),))
    blocks: list[Block] = []
    for rising in stats.surging[:MOST]:
        blocks += _surge(rising, stats, trace)
    if others := [rising.key for rising in stats.surging[MOST:]]:
        said = f"另有 {len(others)} 个突增议题，突增不及以上各个明显。"
        blocks.append(_said(said, trace.issues(others, f"{this}其余突增议题的报告"), item=True))
    for rising in stats.surging_categories:
        said = f"“{short_name(rising.key)}”类{_found(rising)}"
        blocks.append(_said(said, trace.surge(rising), item=True))
    if not blocks:
        blocks.append(_said(f"{this}没有发现突增的议题和类别。"))
    return Section("突增议题", tuple(blocks))


def largest(stats: Stats, trace: Trace) -> Section:
    """The issues with most reports."""
    this = words.THIS[stats.unit]
    if not stats.largest:
        return Section("主要议题", (_said(f"{this}没有两条以上报告的议题。"),))
    rows, examples = [], []
    for issue in stats.largest:
        activity = stats.issues[issue]
        about = activity.issue
        sources = trace.issue(issue)
        cells = (about.name, about.place or "—", short_name(about.category), len(activity.reports))
        rows.append(Row((*cells, activity.previous, about.size, STATUS[about.status]), sources))
        if issue not in {rising.key for rising in stats.surging[:MOST]}:
            examples.append(_examples(issue, stats, trace))
    header = ("议题", "地点", "类别", this, words.BEFORE[stats.unit], "累计", "办理")
    return Section("主要议题", (Table(f"{this}条数最多的议题", header, tuple(rows)), *examples))


def fraud(stats: Stats, trace: Trace) -> Section:
    """Fraud by manner, with the amounts that reports tell."""
    this = words.THIS[stats.unit]
    if not stats.fraud:
        return Section("涉诈情况", (_said(f"{this}没有涉诈报告。"),))
    reports = sum(len(m.reports) for m in stats.fraud)
    told = sum(len(m.amounts) for m in stats.fraud)
    fen = sum(m.fen for m in stats.fraud)
    said = f"{this}涉诈报告 {reports} 条，其中 {told} 条写明金额，合计 {words.money(fen)}。"
    sources = trace.category("fraud")
    rows = [
        Row(
            (
                *(short_name(m.category), len(m.reports), len(m.amounts)),
                *(words.money(m.fen), words.money(m.amounts[0][1]) if m.amounts else "—"),
            ),
            trace.category(m.category) if "." in m.category else sources,
        )
        for m in stats.fraud
    ]
    table = Table("按手法", ("手法", "条数", "写明金额", "金额合计", "单条最大"), tuple(rows))
    return Section("涉诈情况", (_said(said, sources), table))


def urgent(stats: Stats, trace: Trace) -> Section:
    """Reports that asked for action at once."""
    this = words.THIS[stats.unit]
    if not stats.urgent:
        return Section("紧急情况", (_said(f"{this}没有紧急报告。"),))
    all_of = trace.reports(f"{this}紧急报告", (u.report for u in stats.urgent))
    blocks: list[Block] = [_said(f"{this}紧急报告 {len(stats.urgent)} 条。", all_of)]
    for one in stats.urgent[:MOST]:
        reasons = "、".join(URGENT[reason] for reason in one.reasons)
        said = f"{reasons}：“{one.headline}”，转{one.to}。"
        blocks.append(_said(said, trace.report(one.report), item=True))
    return Section("紧急情况", tuple(blocks))


def handling(stats: Stats, trace: Trace) -> Section:
    """Work in hand, done, late, and come back."""
    this = words.THIS[stats.unit]
    late = {issue.id: issue for issue in (*stats.overdue, *stats.supervised)}
    of_late = trace.members(late, "超期和督办议题的报告")
    of_concluded = trace.members(stats.concluded, "办结议题的报告")
    of_returned = trace.members(stats.returned, "重新反映议题的报告")
    said = (
        Sentence(f"截至{words.moment(stats.now)}，办理中的议题 {stats.in_hand} 个。"),
        Sentence(f"其中超期 {len(stats.overdue)} 个，督办 {len(stats.supervised)} 个。", of_late),
        Sentence(f"{this}办结 {len(stats.concluded)} 个。", of_concluded),
        Sentence(f"{this}办结后又有群众反映 {len(stats.returned)} 个。", of_returned),
    )
    blocks: list[Block] = [Paragraph(said)]
    if late:
        supervised = {issue.id for issue in stats.supervised}
        rows = tuple(
            Row(
                (
                    *(issue.name, issue.office or "—", words.moment(issue.due_at) if issue.due_at else "—"),
                    *(issue.size, "是" if issue.id in supervised else "否"),
                ),
                trace.members([issue.id], f"议题 {issue.id} 的全部报告"),
            )
            for issue in list(late.values())[:MOST]
        )
        blocks.append(Table("超期和督办", ("议题", "承办单位", "办理时限", "累计", "督办"), rows))
    return Section("办理与督办", tuple(blocks))


def unsure(stats: Stats, trace: Trace) -> Section:
    """How much of this a person should look at."""
    this = words.THIS[stats.unit]
    waiting = len(stats.unsure)
    said = (
        f"{this} {stats.total.reports} 条中，{waiting} 条（{words.share(waiting, stats.total.reports)}）"
        f"自动分类没有把握、尚待人工复核，另有 {stats.reviewed} 条已复核。"
    )
    sources = trace.reports("待复核报告", stats.unsure)
    return Section("待人工复核", (_said(said, sources),))


def method() -> Section:
    """How to read the figures."""
    windows = "、".join(map(str, WINDOWS))
    said = (
        "本简报由规则根据统计数字生成，方括号内是来源编号，编号与报告编号的对照列在文末。",
        "条数按收到时间（北京时间）统计，类别按自动分类或人工更正后的主类别统计。",
        "剔除影响后的变化，是两期条数各除以所含日子的通常权重（星期、节假日、调休）后再作比较。",
        f"突增检验以截至当日的 {windows} 天为窗口，与议题自身过去一年的情况比较；窗口内不足 {FEWEST} 条不判，"
        f"每个序列平均每年误报不超过 {RATE} 次。",
        "金额取每条报告所写的最大一笔，是群众所述，未经核实。",
        "举例只列标题或首句，个人信息已经隐去。",
    )
    return Section("说明", tuple(_said(one, item=True) for one in said))


def _said(text: str, sources: tuple[Source, ...] = (), *, item: bool = False) -> Paragraph:
    """A paragraph of one sentence."""
    return Paragraph((Sentence(text, sources),), item=item)


def _surge(rising: Rising, stats: Stats, trace: Trace) -> list[Block]:
    activity = stats.issues[rising.key]
    about = activity.issue
    place = f"{about.place}，" if about.place else ""
    this, before = words.THIS[stats.unit], words.BEFORE[stats.unit]
    said = f"“{about.name}”（{place}{short_name(about.category)}）{_found(rising)}"
    growth = f"{this} {len(activity.reports)} 条，{before} {activity.previous} 条，累计 {about.size} 条。"
    whole = trace.members([rising.key], f"议题 {rising.key} 的全部报告")
    first = Paragraph((Sentence(said, trace.surge(rising)), Sentence(growth, whole)), item=True)
    return [first, _examples(rising.key, stats, trace)]


def _found(rising: Rising) -> str:
    verdict = rising.verdict
    span = f"{words.day(verdict.start)}至{words.day(verdict.day)}"
    if verdict.start == verdict.day:
        span = words.day(verdict.day)
    return (
        f"于{words.day(verdict.day)}判定突增：{span}共 {verdict.count} 条，按以往情况约为 {verdict.expected:.2f} 条，"
        f"偶然达到的概率{words.odds(verdict.tail)}。"
    )


def _examples(issue: str, stats: Stats, trace: Trace) -> Paragraph:
    this, activity = words.THIS[stats.unit], stats.issues[issue]
    name = activity.issue.name
    if not activity.exemplars:
        return _said(f"“{name}”{this}没有新的报告。")
    return Paragraph(
        tuple(
            Sentence(f"{f'“{name}”举例' if first else '又'}：“{one.headline}”。", trace.report(one.report))
            for first, one in zip((True, False, False), activity.exemplars, strict=False)
        )
    )


def _table(
    title: str,
    what: str,
    figures: Iterable[Figure],
    name: Callable[[str], str],
    sources: Callable[[str], tuple[Source, ...]],
) -> Table:
    header = (what, "本期", "上期", "环比", "剔除后", "去年同期", "同比")
    rows = (
        Row(
            (
                *(name(f.key), f.reports, _then(f.previous), words.percent(f.previous)),
                *(words.percent(f.previous, corrected=True), _then(f.last_year), words.percent(f.last_year)),
            ),
            sources(f.key),
        )
        for f in figures
    )
    return Table(title, header, tuple(rows))


def _in_tree(categories: Iterable[Figure]) -> list[Figure]:
    """Each level-1 category followed by what is below it, both by size as they come."""
    found = list(categories)
    return [f for top_ in found if "." not in top_.key for f in found if top(f.key) == top_.key]


def _then(change: Change) -> int | str:
    return "—" if change.then is None else change.then


def _indented(category: str) -> str:
    return f"{'　' if '.' in category else ''}{short_name(category)}"
