"""Departments by their names: 教育局, A市住建局, 县政府, 最高人民法院, with the divisions that stand before.

A named department is an organisation even without its place; a bare office (派出所, 法院, 政府, 物业) is none. A name
that goes on (公安局交警大队) or begins with a place of which the table of divisions is silent is left to the tagger,
whose longer tag outranks the find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from nlp.normalise import Normal
from nlp.places import divisions_before
from nlp.recognise.recogniser import Found, Rank

_TOPICS = (
    "教育|公安|环境保护|环保|生态环境|住房和城乡建设|城乡建设|住房保障|住建|国土资源|国土|自然资源(?:和)?(?:规划)?|城乡规划|规划|城管执法|城管"
    "|城市管理(?:和综合)?(?:行政)?(?:执法)?|工商行政管理|工商|质量技术监督|质监|食品药品监督管理|食品药品监管|食药监|药监|安全生产监督管理|安监"
    "|卫生健康|卫生和计划生育|卫生|卫计|人力资源和社会保障|人力资源社会保障|人社|社会保险|社保|劳动(?:和社会)?保障|劳动|民政|财政|税务|国税|地税"
    "|水利|水务|农业(?:农村)?|林业|交通运输|交通|公路(?:管理)?|文化(?:旅游)?|文广新|文旅|旅游|体育|文体|统计|审计|司法|信访|房产(?:管理)?|房管"
    "|房地产管理|物价|商务|发展(?:和|与)?改革|发改|科技|市场监督管理|市场监管|烟草专卖|烟草|邮政(?:管理)?|气象|粮食|园林|市政(?:管理)?|畜牧"
    "|教体|教科|机关事务管理|供电|电力|能源|移民|档案|地震|消防救援|知识产权|政务服务|行政审批|监察|煤炭(?:管理)?|就业服务"
)
_GOVERNED = "省市县区"
_OFFICE = re.compile(
    rf"(?:{_TOPICS})(?:委员会|局(?![面部势限长促域里])|厅(?!长))"
    "|(?:发改|住建|卫计|卫健|国资|经信|政法)委(?!员|托|会|派)|(?<=[省市县区州])纪委(?!书|监委)|国务院|党中央|证监会|银监会|银保监会|检察院"
    rf"|(?<=[{_GOVERNED}镇乡州])(?:人民)?政府(?!办公|采购|部门|领导|网|信息)"
    rf"|(?<=[{_GOVERNED}州])(?:人民检察院|(?:中级|高级)?人民法院)|最高人民(?:法院|检察院)"
)
_TRIGGER = re.compile("[局委厅]|政府|法院|检察院|国务院|党中央|监会")
_ANONYMOUS = re.compile(rf"(?:西地省)?(?:[A-Z][0-9]{{0,2}}[{_GOVERNED}])*(?:[{_GOVERNED}镇乡州])?\Z")
#: The longest name before its last word, what decides behind it, and how far divisions reach back.
_LONGEST, _AHEAD, _REACH = 12, 4, 24


class Offices:
    """The family of departments; what a family does is said in `nlp/recognise/recogniser.py`."""

    def find(self, normal: Normal, received_at: datetime | None) -> Iterator[Found]:
        """Departments in order, without their sub-departments."""
        text, done = normal.text, 0
        for trigger in _TRIGGER.finditer(text):
            first = max(done, trigger.start() - _LONGEST)
            found = _OFFICE.search(text, first, trigger.end() + _AHEAD)
            if not found:
                continue
            done = found.end()
            first = max(0, found.start() - _REACH)
            known = divisions_before(text, first, found.start())
            veiled = _ANONYMOUS.search(text, first, found.start())
            yield Found("org", min(known, veiled.start() if veiled else found.start()), done, Rank.SHAPE)


OFFICES = Offices()
