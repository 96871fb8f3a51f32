// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// What kubectl 1.32 prints with `-o yaml` for a document full of strings, keys and numbers that are
// hard to write: `kubectl label --local -f FILE q=r -o yaml`.
namespace rockpool::doc {

inline constexpr std::string_view kGoldenJson = R"~({
 "apiVersion": "v1",
 "data": {
  "k000": "",
  "k001": "a",
  "k002": "a b",
  "k003": "yes",
  "k004": "true",
  "k005": "1",
  "k006": "1.5",
  "k007": "0x1f",
  "k008": "null",
  "k009": "~",
  "k010": "-",
  "k011": "- a",
  "k012": "a: b",
  "k013": "a:b",
  "k014": "a:",
  "k015": "a #b",
  "k016": "a#b",
  "k017": "#a",
  "k018": "@a",
  "k019": "`a`",
  "k020": "%a",
  "k021": "&a",
  "k022": "*a",
  "k023": "!a",
  "k024": "|a",
  "k025": ">a",
  "k026": "?a",
  "k027": "? a",
  "k028": "?",
  "k029": "-a",
  "k030": "--- a",
  "k031": "---",
  "k032": "...",
  "k033": "'a'",
  "k034": "\"a\"",
  "k035": "it's",
  "k036": "a\"b",
  "k037": "{a",
  "k038": "[a",
  "k039": "a]",
  "k040": "a}",
  "k041": "a,b",
  "k042": ",a",
  "k043": "a\\b",
  "k044": "a\tb",
  "k045": "\ta",
  "k046": "a\t",
  "k047": " a",
  "k048": "a ",
  "k049": "a\nb",
  "k050": "a\n",
  "k051": "a\n\n",
  "k052": "\na",
  "k053": "\n",
  "k054": "\n\n",
  "k055": " a\nb",
  "k056": "a\n b",
  "k057": "a \nb",
  "k058": "a\tb\nc",
  "k059": "\ta\nb",
  "k060": "a\n\tb",
  "k061": "a\r\nb",
  "k062": "a\rb",
  "k063": "\u00e9",
  "k064": "\u65e5\u672c",
  "k065": "\ud83d\ude00",
  "k066": "a\u2028b",
  "k067": "a\ufeffb",
  "k068": "\u00a0",
  "k069": "2024-01-01",
  "k070": "2024-01-01T00:00:00Z",
  "k071": "2024-13-01",
  "k072": "1:30",
  "k073": "1:60",
  "k074": "0777",
  "k075": "0o7",
  "k076": "1_000",
  "k077": "1e3",
  "k078": "+1",
  "k079": ".5",
  "k080": ".",
  "k081": "..",
  "k082": ".inf",
  "k083": "Inf",
  "k084": "=",
  "k085": "<<",
  "k086": "<",
  "k087": "a: ",
  "k088": "a : b",
  "k089": "a :b",
  "k090": ":a",
  "k091": ":",
  "k092": "::",
  "k093": "10.96.0.10",
  "k094": "0.0.0.0/0",
  "k095": "100m",
  "k096": "key: value\nother: x\n",
  "k097": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "k098": "word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word ",
  "k099": "long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long ",
  "k100": "a\n\n\nb",
  "k101": "  leading\n",
  "k102": "trailing  \n",
  "k103": "a\nb  \n",
  "k104": "#c\nd",
  "k105": "- a\n- b",
  "k106": "{\"a\":1}",
  "k107": "{\"a\":1}\n",
  "k108": "[1]",
  "k109": "a?b",
  "k110": "a!b",
  "k111": "a&b",
  "k112": "a*b",
  "k113": "a%b",
  "k114": "a@b",
  "k115": "a|b",
  "k116": "a>b",
  "k117": "a\"",
  "k118": "'",
  "k119": "\"",
  "k120": "''",
  "k121": "a'",
  "k122": "\\",
  "k123": "\\n",
  "k124": "a\\nb",
  "k125": "null ",
  "k126": "Null",
  "k127": "NULL",
  "k128": "nil",
  "k129": "y",
  "k130": "n",
  "k131": "Y",
  "k132": "on",
  "k133": "off",
  "k134": "No",
  "k135": "1.",
  "k136": "1e",
  "k137": "0b1",
  "k138": "0b2",
  "k139": "-1",
  "k140": "-a b",
  "k141": "-\ta",
  "k142": "?\ta",
  "k143": ":\ta",
  "k144": "a:\tb",
  "k145": "a\t#b",
  "k146": "\u2029x",
  "k147": "\ue000",
  "k148": "\ufffd",
  "k149": "\udbff\udfff",
  "k150": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b b b b b b b b b b b b b b b b b b b b",
  "k151": "x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y ",
  "k152": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x : y",
  "k153": "http://a/b?c=d&e=f",
  "k154": "$(FOO)",
  "k155": "${FOO}",
  "k156": "a=b",
  "k157": "*",
  "k158": "&",
  "k159": "!",
  "k160": "%",
  "k161": "@",
  "k162": "`",
  "k163": "|",
  "k164": ">",
  "k165": "[",
  "k166": "]",
  "k167": "{",
  "k168": "}",
  "k169": ",",
  "k170": "-5",
  "k171": "5Gi",
  "k172": "Mon",
  "k173": "~a",
  "k174": "a~",
  "k175": "1 2",
  "k176": "\u200b",
  "k177": "caf\u00e9 yes: no",
  "k178": "123abc",
  "k179": "0x",
  "k180": "0xg",
  "k181": "1__2",
  "k182": "_1",
  "k183": "12e03",
  "k184": "5e",
  "k185": "190:20:30",
  "k186": "1:2:3.5",
  "k187": "-1:30",
  "k188": "+1:30",
  "k189": "true\n",
  "k190": "1\n",
  "k191": "null\nx",
  "k192": "# comment\n",
  "k193": "\n#c\n",
  "k194": "%d\n",
  "k195": "---\na",
  "k196": "a\n---\nb",
  "k197": "a\n...\n",
  "k198": "tab\tin line\nnext",
  "k199": "\u00e9\nx",
  "k200": "\ud83d\ude00\nb",
  "k201": "a\u2028b\nc",
  "k202": "  \n  a",
  "k203": "a\n  \nb",
  "k204": "a\n\n",
  "k205": "a\n\n\n",
  "k206": "\n a",
  "k207": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y",
  "k208": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x yy zz",
  "k209": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x yy zz"
 },
 "kind": "ConfigMap",
 "list": [
  "",
  "a",
  "a b",
  "yes",
  "true",
  "1",
  "1.5",
  "0x1f",
  "null",
  "~",
  "-",
  "- a",
  "a: b",
  "a:b",
  "a:",
  "a #b",
  "a#b",
  "#a",
  "@a",
  "`a`",
  "%a",
  "&a",
  "*a",
  "!a",
  "|a",
  ">a",
  "?a",
  "? a",
  "?",
  "-a",
  "--- a",
  "---",
  "...",
  "'a'",
  "\"a\"",
  "it's",
  "a\"b",
  "{a",
  "[a",
  "a]",
  "a}",
  "a,b",
  ",a",
  "a\\b",
  "a\tb",
  "\ta",
  "a\t",
  " a",
  "a ",
  "a\nb",
  "a\n",
  "a\n\n",
  "\na",
  "\n",
  "\n\n",
  " a\nb",
  "a\n b",
  "a \nb",
  "a\tb\nc",
  "\ta\nb",
  "a\n\tb",
  "a\r\nb",
  "a\rb",
  "\u00e9",
  "\u65e5\u672c",
  "\ud83d\ude00",
  "a\u2028b",
  "a\ufeffb",
  "\u00a0",
  "2024-01-01",
  "2024-01-01T00:00:00Z",
  "2024-13-01",
  "1:30",
  "1:60",
  "0777",
  "0o7",
  "1_000",
  "1e3",
  "+1",
  ".5",
  ".",
  "..",
  ".inf",
  "Inf",
  "=",
  "<<",
  "<",
  "a: ",
  "a : b",
  "a :b",
  ":a",
  ":",
  "::",
  "10.96.0.10",
  "0.0.0.0/0",
  "100m",
  "key: value\nother: x\n",
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word ",
  "long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long ",
  "a\n\n\nb",
  "  leading\n",
  "trailing  \n",
  "a\nb  \n",
  "#c\nd",
  "- a\n- b",
  "{\"a\":1}",
  "{\"a\":1}\n",
  "[1]",
  "a?b",
  "a!b",
  "a&b",
  "a*b",
  "a%b",
  "a@b",
  "a|b",
  "a>b",
  "a\"",
  "'",
  "\"",
  "''",
  "a'",
  "\\",
  "\\n",
  "a\\nb",
  "null ",
  "Null",
  "NULL",
  "nil",
  "y",
  "n",
  "Y",
  "on",
  "off",
  "No",
  "1.",
  "1e",
  "0b1",
  "0b2",
  "-1",
  "-a b",
  "-\ta",
  "?\ta",
  ":\ta",
  "a:\tb",
  "a\t#b",
  "\u2029x",
  "\ue000",
  "\ufffd",
  "\udbff\udfff",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b b b b b b b b b b b b b b b b b b b b",
  "x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y ",
  "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x : y",
  "http://a/b?c=d&e=f",
  "$(FOO)",
  "${FOO}",
  "a=b",
  "*",
  "&",
  "!",
  "%",
  "@",
  "`",
  "|",
  ">",
  "[",
  "]",
  "{",
  "}",
  ",",
  "-5",
  "5Gi",
  "Mon",
  "~a",
  "a~",
  "1 2",
  "\u200b",
  "caf\u00e9 yes: no",
  "123abc",
  "0x",
  "0xg",
  "1__2",
  "_1",
  "12e03",
  "5e",
  "190:20:30",
  "1:2:3.5",
  "-1:30",
  "+1:30",
  "true\n",
  "1\n",
  "null\nx",
  "# comment\n",
  "\n#c\n",
  "%d\n",
  "---\na",
  "a\n---\nb",
  "a\n...\n",
  "tab\tin line\nnext",
  "\u00e9\nx"
 ],
 "metadata": {
  "labels": {
   "q": "r"
  },
  "name": "a"
 },
 "nested": {
  "": 13,
  "#": 16,
  "- a": 12,
  "1": 3,
  "1.5": 4,
  "2024-01-01": 15,
  "a": {
   " c": {},
   "b": [],
   "d": [
    [
     1,
     [
      2,
      []
     ]
    ],
    [
     {
      "x": 1,
      "y": [
       {
        "z": 2
       }
      ]
     }
    ],
    {}
   ],
   "e": null,
   "f": true
  },
  "a\nb": 9,
  "a#b": 7,
  "a'b": 14,
  "a: b": 6,
  "k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k ": 18,
  "multi\nline\nkey": 17,
  "null": 5,
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": 11,
  "yes": 2,
  "~": 10,
  "\u00e9": 8
 },
 "nums": [
  1,
  -1,
  1.5,
  0.1,
  1e+21,
  123456789.5,
  1e-07,
  12345678901234567890,
  9007199254740993,
  1000000,
  1e+20,
  -0.5
 ],
 "order": {
  "-x": 1,
  "0": 1,
  "00": 1,
  "01": 1,
  "1": 1,
  "10": 1,
  "2": 1,
  "A": 1,
  "B": 1,
  "_x": 1,
  "a": 1,
  "a-b": 1,
  "a.b": 1,
  "a/b": 1,
  "a01": 1,
  "a1": 1,
  "a10": 1,
  "a2": 1,
  "aB": 1,
  "a_b": 1,
  "ab": 1,
  "app": 1,
  "app.kubernetes.io/name": 1,
  "b": 1,
  "x-1": 1,
  "x.1": 1,
  "x1": 1,
  "z09": 1,
  "z10a": 1,
  "z9a": 1,
  "\u00e9": 1
 }
})~";

inline constexpr std::string_view kGoldenYaml = R"~(apiVersion: v1
data:
  k000: ""
  k001: a
  k002: a b
  k003: "yes"
  k004: "true"
  k005: "1"
  k006: "1.5"
  k007: "0x1f"
  k008: "null"
  k009: "~"
  k010: '-'
  k011: '- a'
  k012: 'a: b'
  k013: a:b
  k014: 'a:'
  k015: 'a #b'
  k016: a#b
  k017: '#a'
  k018: '@a'
  k019: '`a`'
  k020: '%a'
  k021: '&a'
  k022: '*a'
  k023: '!a'
  k024: '|a'
  k025: '>a'
  k026: ?a
  k027: '? a'
  k028: '?'
  k029: -a
  k030: '--- a'
  k031: '---'
  k032: '...'
  k033: '''a'''
  k034: '"a"'
  k035: it's
  k036: a"b
  k037: '{a'
  k038: '[a'
  k039: a]
  k040: a}
  k041: a,b
  k042: ',a'
  k043: a\b
  k044: "a\tb"
  k045: "\ta"
  k046: "a\t"
  k047: ' a'
  k048: 'a '
  k049: |-
    a
    b
  k050: |
    a
  k051: |+
    a

  k052: |2-

    a
  k053: |2+

  k054: |2+


  k055: |2-
     a
    b
  k056: |-
    a
     b
  k057: "a \nb"
  k058: "a\tb\nc"
  k059: "\ta\nb"
  k060: "a\n\tb"
  k061: "a\r\nb"
  k062: "a\rb"
  k063: é
  k064: 日本
  k065: "\U0001F600"
  k066: 'a     b'
  k067: "a\uFEFFb"
  k068:  
  k069: "2024-01-01"
  k070: "2024-01-01T00:00:00Z"
  k071: 2024-13-01
  k072: "1:30"
  k073: 1:60
  k074: "0777"
  k075: "0o7"
  k076: "1_000"
  k077: "1e3"
  k078: "+1"
  k079: ".5"
  k080: .
  k081: ..
  k082: ".inf"
  k083: Inf
  k084: =
  k085: <<
  k086: <
  k087: 'a: '
  k088: 'a : b'
  k089: a :b
  k090: :a
  k091: ':'
  k092: '::'
  k093: 10.96.0.10
  k094: 0.0.0.0/0
  k095: 100m
  k096: |
    key: value
    other: x
  k097: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  k098: 'word word word word word word word word word word word word word word word
    word word word word word word word word word word word word word word word '
  k099: "long long long long long long long long long long long long long long long
    long long long long long long long long long long long long long long long long
    long long long long long long long long long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long "
  k100: |-
    a


    b
  k101: |2
      leading
  k102: "trailing  \n"
  k103: "a\nb  \n"
  k104: |-
    #c
    d
  k105: |-
    - a
    - b
  k106: '{"a":1}'
  k107: |
    {"a":1}
  k108: '[1]'
  k109: a?b
  k110: a!b
  k111: a&b
  k112: a*b
  k113: a%b
  k114: a@b
  k115: a|b
  k116: a>b
  k117: a"
  k118: ''''
  k119: '"'
  k120: ''''''
  k121: a'
  k122: \
  k123: \n
  k124: a\nb
  k125: 'null '
  k126: "Null"
  k127: "NULL"
  k128: nil
  k129: "y"
  k130: "n"
  k131: "Y"
  k132: "on"
  k133: "off"
  k134: "No"
  k135: "1."
  k136: 1e
  k137: "0b1"
  k138: 0b2
  k139: "-1"
  k140: -a b
  k141: "-\ta"
  k142: "?\ta"
  k143: ":\ta"
  k144: "a:\tb"
  k145: "a\t#b"
  k146: '     x'
  k147: 
  k148: �
  k149: "\U0010FFFF"
  k150: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    b b b b b b b b b b b b b b b b b b b b
  k151: 'x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y
    y y y y y y y y y y y y y y y '
  k152: 'x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x x x x x x x x x x x x x x x x x x x x x x x : y'
  k153: http://a/b?c=d&e=f
  k154: $(FOO)
  k155: ${FOO}
  k156: a=b
  k157: '*'
  k158: '&'
  k159: '!'
  k160: '%'
  k161: '@'
  k162: '`'
  k163: '|'
  k164: '>'
  k165: '['
  k166: ']'
  k167: '{'
  k168: '}'
  k169: ','
  k170: "-5"
  k171: 5Gi
  k172: Mon
  k173: ~a
  k174: a~
  k175: 1 2
  k176: ​
  k177: 'café yes: no'
  k178: 123abc
  k179: 0x
  k180: 0xg
  k181: "1__2"
  k182: _1
  k183: "12e03"
  k184: 5e
  k185: "190:20:30"
  k186: "1:2:3.5"
  k187: "-1:30"
  k188: "+1:30"
  k189: |
    true
  k190: |
    1
  k191: |-
    null
    x
  k192: |
    # comment
  k193: |2

    #c
  k194: |
    %d
  k195: |-
    ---
    a
  k196: |-
    a
    ---
    b
  k197: |
    a
    ...
  k198: "tab\tin line\nnext"
  k199: |-
    é
    x
  k200: "\U0001F600\nb"
  k201: |-
    a     b
    c
  k202: "  \n  a"
  k203: "a\n  \nb"
  k204: |+
    a

  k205: |+
    a


  k206: |2-

     a
  k207: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    y
  k208: x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x yy zz
  k209: x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x x yy zz
kind: ConfigMap
list:
- ""
- a
- a b
- "yes"
- "true"
- "1"
- "1.5"
- "0x1f"
- "null"
- "~"
- '-'
- '- a'
- 'a: b'
- a:b
- 'a:'
- 'a #b'
- a#b
- '#a'
- '@a'
- '`a`'
- '%a'
- '&a'
- '*a'
- '!a'
- '|a'
- '>a'
- ?a
- '? a'
- '?'
- -a
- '--- a'
- '---'
- '...'
- '''a'''
- '"a"'
- it's
- a"b
- '{a'
- '[a'
- a]
- a}
- a,b
- ',a'
- a\b
- "a\tb"
- "\ta"
- "a\t"
- ' a'
- 'a '
- |-
  a
  b
- |
  a
- |+
  a

- |2-

  a
- |2+

- |2+


- |2-
   a
  b
- |-
  a
   b
- "a \nb"
- "a\tb\nc"
- "\ta\nb"
- "a\n\tb"
- "a\r\nb"
- "a\rb"
- é
- 日本
- "\U0001F600"
- 'a   b'
- "a\uFEFFb"
-  
- "2024-01-01"
- "2024-01-01T00:00:00Z"
- 2024-13-01
- "1:30"
- 1:60
- "0777"
- "0o7"
- "1_000"
- "1e3"
- "+1"
- ".5"
- .
- ..
- ".inf"
- Inf
- =
- <<
- <
- 'a: '
- 'a : b'
- a :b
- :a
- ':'
- '::'
- 10.96.0.10
- 0.0.0.0/0
- 100m
- |
  key: value
  other: x
- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
- 'word word word word word word word word word word word word word word word word
  word word word word word word word word word word word word word word '
- "long long long long long long long long long long long long long long long long
  long long long long long long long long long long long long long long long long
  long long long long long long long long \nsecond line that is long \nsecond line
  that is long \nsecond line that is long \nsecond line that is long \nsecond line
  that is long \nsecond line that is long \nsecond line that is long \nsecond line
  that is long \nsecond line that is long \nsecond line that is long "
- |-
  a


  b
- |2
    leading
- "trailing  \n"
- "a\nb  \n"
- |-
  #c
  d
- |-
  - a
  - b
- '{"a":1}'
- |
  {"a":1}
- '[1]'
- a?b
- a!b
- a&b
- a*b
- a%b
- a@b
- a|b
- a>b
- a"
- ''''
- '"'
- ''''''
- a'
- \
- \n
- a\nb
- 'null '
- "Null"
- "NULL"
- nil
- "y"
- "n"
- "Y"
- "on"
- "off"
- "No"
- "1."
- 1e
- "0b1"
- 0b2
- "-1"
- -a b
- "-\ta"
- "?\ta"
- ":\ta"
- "a:\tb"
- "a\t#b"
- '   x'
- 
- �
- "\U0010FFFF"
- aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
  b b b b b b b b b b b b b b b b b b b b
- 'x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y
  y y y y y y y y y y y y '
- 'x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
  x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
  x x x x x x x x x x x x x x x x x x x x : y'
- http://a/b?c=d&e=f
- $(FOO)
- ${FOO}
- a=b
- '*'
- '&'
- '!'
- '%'
- '@'
- '`'
- '|'
- '>'
- '['
- ']'
- '{'
- '}'
- ','
- "-5"
- 5Gi
- Mon
- ~a
- a~
- 1 2
- ​
- 'café yes: no'
- 123abc
- 0x
- 0xg
- "1__2"
- _1
- "12e03"
- 5e
- "190:20:30"
- "1:2:3.5"
- "-1:30"
- "+1:30"
- |
  true
- |
  1
- |-
  null
  x
- |
  # comment
- |2

  #c
- |
  %d
- |-
  ---
  a
- |-
  a
  ---
  b
- |
  a
  ...
- "tab\tin line\nnext"
- |-
  é
  x
metadata:
  labels:
    q: r
  name: a
nested:
  "": 13
  '#': 16
  '- a': 12
  "~": 10
  "1": 3
  "1.5": 4
  "2024-01-01": 15
  a:
    ' c': {}
    b: []
    d:
    - - 1
      - - 2
        - []
    - - x: 1
        "y":
        - z: 2
    - {}
    e: null
    f: true
  ? |-
    a
    b
  : 9
  a#b: 7
  a'b: 14
  'a: b': 6
  ? 'k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k
    k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k k '
  : 18
  ? |-
    multi
    line
    key
  : 17
  "null": 5
  ? xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  : 11
  "yes": 2
  é: 8
nums:
- 1
- -1
- 1.5
- 0.1
- 1e+21
- 1.234567895e+08
- 1e-07
- 12345678901234567000
- 9007199254740993
- 1000000
- 1e+20
- -0.5
order:
  -x: 1
  _x: 1
  "0": 1
  "00": 1
  "1": 1
  "01": 1
  "2": 1
  "10": 1
  A: 1
  B: 1
  a: 1
  a-b: 1
  a.b: 1
  a/b: 1
  a_b: 1
  a1: 1
  a01: 1
  a2: 1
  a10: 1
  aB: 1
  ab: 1
  app: 1
  app.kubernetes.io/name: 1
  b: 1
  x-1: 1
  x.1: 1
  x1: 1
  z9a: 1
  z09: 1
  z10a: 1
  é: 1
)~";

}  // namespace rockpool::doc
