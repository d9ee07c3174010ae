"""Writes characters.tsv, names.tsv and first.tsv from public lists; see README.md for where these come from.

    python3 make.py Unihan_Readings.txt Unihan_OtherMappings.txt china-division/dist jieba/dict.txt pinyin.tsv

pinyin.tsv is the dictionary of inputx-pinyin (`PinyinDict::prefix_with_freq("")`), "letters, word, weight" a line. A hall elsewhere changes PROVINCE and CITY.
"""

import csv
import math
import re
import sys
import unicodedata
from collections import defaultdict

from pypinyin import lazy_pinyin

PROVINCE, CITY = "36", "3609"  # GB/T 2260: Jiangxi, Yichun
LEVEL = r"(新区|经济开发区|特别行政区|壮族自治区|回族自治区|维吾尔自治区|自治区|省|市|地区|县|区|镇|乡|街道|盟|旗)$"
NATIONS = """汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇
柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲
门巴 珞巴 基诺""".split()  # GB/T 3304
MISREAD = {"单县": "shanxian", "洪洞县": "hongtongxian", "浚县": "xunxian"}  # by pypinyin


def plain(reading):
    """nǚ → nv."""
    spelt = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(c for c in spelt if c.isascii() and c.isalpha())


def unihan(path, field):
    for line in open(path, encoding="utf-8"):
        parts = line.rstrip("\n").split("\t")
        if len(parts) == 3 and parts[1] == field:
            yield chr(int(parts[0][2:], 16)), parts[2]


def write(name, head, lines):
    with open(name, "w", encoding="utf-8") as out:
        out.write(f"# {head}\n")
        out.writelines(line + "\n" for line in sorted(set(lines), key=str.encode))


def characters(readings_file, mappings_file):
    number = {c: int(value.split(":")[1]) for c, value in unihan(mappings_file, "kTGH")}
    readings = defaultdict(list)
    for c, value in unihan(readings_file, "kTGHZ2013"):
        for reading in re.findall(r"[^\d.,:\s*]+", value):
            if plain(reading) not in readings[c]:
                readings[c].append(plain(reading))
    readings["〇"], number["〇"] = ["ling"], 0
    by_syllable = defaultdict(list)
    for c in sorted(readings, key=number.get):
        for reading in readings[c]:
            by_syllable[reading].append(c)
    write("characters.tsv", "Syllable, the characters of the table that are read so, in its order.",
          (f"{syllable}\t{''.join(chars)}" for syllable, chars in by_syllable.items()))


def places(folder):
    def rows(name):
        return csv.DictReader(open(f"{folder}/{name}.csv", encoding="utf-8"))

    found = {}  # name: tier

    def add(name, tier, short):
        found[name] = min(tier, found.get(name, 9))
        stem = re.sub(LEVEL, "", name)
        if stem != name and len(stem) > 1 and not re.search("开发区|园区|示范区|管理区", name):
            found[stem] = min(short, found.get(stem, 9))

    for row in rows("provinces"):
        add(row["name"], 0 if row["code"] == PROVINCE else 1, 1)
    for name, key in (("cities", "code"), ("areas", "cityCode")):
        for row in rows(name):
            here = row[key] == CITY
            tiers = (0, 1) if here else (1, 2) if row["provinceCode"] == PROVINCE else (3, 4)
            if not re.search("^(市辖区|县)$|直辖", row["name"]):
                add(row["name"], *tiers)
    for row in rows("streets"):
        name = re.sub("办事处$", "", row["name"])
        if row["provinceCode"] == PROVINCE and re.search("(镇|乡|街道)$", name) and len(name) <= 8:
            add(name, *((0, 1) if row["cityCode"] == CITY else (1, 2)))
        own = re.match("(?:.+市)?(.{2,3}(?:新区|山|经济开发区))(?:.*管理(?:局|委员会))$", name)
        if row["cityCode"] == CITY and own:
            add(own[1], 0, 1)
    for row in rows("villages"):
        name = re.sub("(社区|村)?(居民委员会|村民委员会|居委会|村委会|委会)$", "", row["name"])
        if row["cityCode"] == CITY and 2 <= len(name) <= 3 and not re.search("虚拟|林场", name):
            add(name, 2, 9)
    found |= {f"{nation}族": 0 for nation in NATIONS}
    spelt = ((MISREAD.get(name) or "".join(lazy_pinyin(name)), tier, name) for name, tier in found.items() if tier < 9)
    write("names.tsv", "Letters, tier (0 the hall's own city … 4 far), place or nation.",
          (f"{letters}\t{tier}\t{name}" for letters, tier, name in spelt))


def first(jieba_file, dictionary):
    """Words that a corpus of written Chinese has oftener than the word the dictionary puts first for the letters."""
    count = {}
    for line in open(jieba_file, encoding="utf-8"):
        word, times, *_ = line.split()
        count[word] = int(times)
    lines = []
    for letters, entries in dictionary.items():
        entries = [(word, 36_000 if made_up(weight) else weight) for word, weight in entries if 2 <= len(word) <= 4]

        def both(entry):
            word, weight = entry
            # Fitted over the 57,485 words of two characters that both know.
            return 0.6 * (3_376 * math.log(count[word]) + 1_613) + 0.4 * weight if word in count else weight - 8_000

        if len(entries) > 1:
            best = max(entries, key=both)[0]
            if best != max(entries, key=lambda entry: entry[1])[0] and count.get(best, 0) >= 100:
                lines.append(f"{letters}\t{best}")
    write("first.tsv", "Letters, the word to put before its homophones.", lines)


def made_up(weight):
    return weight > 65_535 or (weight >= 40_000 and weight % 1_000 == 0)


def main():
    readings_file, mappings_file, division, jieba_file, pinyin = sys.argv[1:]
    dictionary = defaultdict(list)
    for line in open(pinyin, encoding="utf-8"):
        letters, word, weight = line.rstrip("\n").split("\t")
        dictionary[letters].append((word, int(weight)))
    characters(readings_file, mappings_file)
    places(division)
    first(jieba_file, dictionary)


main()
