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
  "k066": "a\ufeffb",
  "k067": "\u00a0",
  "k068": "2024-01-01",
  "k069": "2024-01-01T00:00:00Z",
  "k070": "2024-13-01",
  "k071": "1:30",
  "k072": "1:60",
  "k073": "0777",
  "k074": "0o7",
  "k075": "1_000",
  "k076": "1e3",
  "k077": "+1",
  "k078": ".5",
  "k079": ".",
  "k080": "..",
  "k081": ".inf",
  "k082": "Inf",
  "k083": "=",
  "k084": "<<",
  "k085": "<",
  "k086": "a: ",
  "k087": "a : b",
  "k088": "a :b",
  "k089": ":a",
  "k090": ":",
  "k091": "::",
  "k092": "10.96.0.10",
  "k093": "0.0.0.0/0",
  "k094": "100m",
  "k095": "key: value\nother: x\n",
  "k096": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "k097": "word word word word word word word word word word word word word word word word word word word word word word word word word word word word word word ",
  "k098": "long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long \nsecond line that is long ",
  "k099": "a\n\n\nb",
  "k100": "  leading\n",
  "k101": "trailing  \n",
  "k102": "a\nb  \n",
  "k103": "#c\nd",
  "k104": "- a\n- b",
  "k105": "{\"a\":1}",
  "k106": "{\"a\":1}\n",
  "k107": "[1]",
  "k108": "a?b",
  "k109": "a!b",
  "k110": "a&b",
  "k111": "a*b",
  "k112": "a%b",
  "k113": "a@b",
  "k114": "a|b",
  "k115": "a>b",
  "k116": "a\"",
  "k117": "'",
  "k118": "\"",
  "k119": "''",
  "k120": "a'",
  "k121": "\\",
  "k122": "\\n",
  "k123": "a\\nb",
  "k124": "null ",
  "k125": "Null",
  "k126": "NULL",
  "k127": "nil",
  "k128": "y",
  "k129": "n",
  "k130": "Y",
  "k131": "on",
  "k132": "off",
  "k133": "No",
  "k134": "1.",
  "k135": "1e",
  "k136": "0b1",
  "k137": "0b2",
  "k138": "-1",
  "k139": "-a b",
  "k140": "-\ta",
  "k141": "?\ta",
  "k142": ":\ta",
  "k143": "a:\tb",
  "k144": "a\t#b",
  "k145": "\ue000",
  "k146": "\ufffd",
  "k147": "\udbff\udfff",
  "k148": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b b b b b b b b b b b b b b b b b b b b",
  "k149": "x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y ",
  "k150": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x : y",
  "k151": "http://a/b?c=d&e=f",
  "k152": "$(FOO)",
  "k153": "${FOO}",
  "k154": "a=b",
  "k155": "*",
  "k156": "&",
  "k157": "!",
  "k158": "%",
  "k159": "@",
  "k160": "`",
  "k161": "|",
  "k162": ">",
  "k163": "[",
  "k164": "]",
  "k165": "{",
  "k166": "}",
  "k167": ",",
  "k168": "-5",
  "k169": "5Gi",
  "k170": "Mon",
  "k171": "~a",
  "k172": "a~",
  "k173": "1 2",
  "k174": "\u200b",
  "k175": "caf\u00e9 yes: no",
  "k176": "123abc",
  "k177": "0x",
  "k178": "0xg",
  "k179": "1__2",
  "k180": "_1",
  "k181": "12e03",
  "k182": "5e",
  "k183": "190:20:30",
  "k184": "1:2:3.5",
  "k185": "-1:30",
  "k186": "+1:30",
  "k187": "true\n",
  "k188": "1\n",
  "k189": "null\nx",
  "k190": "# comment\n",
  "k191": "\n#c\n",
  "k192": "%d\n",
  "k193": "---\na",
  "k194": "a\n---\nb",
  "k195": "a\n...\n",
  "k196": "tab\tin line\nnext",
  "k197": "\u00e9\nx",
  "k198": "\ud83d\ude00\nb",
  "k199": "  \n  a",
  "k200": "a\n  \nb",
  "k201": "a\n\n",
  "k202": "a\n\n\n",
  "k203": "\n a",
  "k204": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y",
  "k205": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x yy zz",
  "k206": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x yy zz"
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
  "\u00e9\nx",
  "\ud83d\ude00\nb",
  "  \n  a"
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
  k066: "a\uFEFFb"
  k067:  
  k068: "2024-01-01"
  k069: "2024-01-01T00:00:00Z"
  k070: 2024-13-01
  k071: "1:30"
  k072: 1:60
  k073: "0777"
  k074: "0o7"
  k075: "1_000"
  k076: "1e3"
  k077: "+1"
  k078: ".5"
  k079: .
  k080: ..
  k081: ".inf"
  k082: Inf
  k083: =
  k084: <<
  k085: <
  k086: 'a: '
  k087: 'a : b'
  k088: a :b
  k089: :a
  k090: ':'
  k091: '::'
  k092: 10.96.0.10
  k093: 0.0.0.0/0
  k094: 100m
  k095: |
    key: value
    other: x
  k096: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
  k097: 'word word word word word word word word word word word word word word word
    word word word word word word word word word word word word word word word '
  k098: "long long long long long long long long long long long long long long long
    long long long long long long long long long long long long long long long long
    long long long long long long long long long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long \nsecond
    line that is long \nsecond line that is long \nsecond line that is long "
  k099: |-
    a


    b
  k100: |2
      leading
  k101: "trailing  \n"
  k102: "a\nb  \n"
  k103: |-
    #c
    d
  k104: |-
    - a
    - b
  k105: '{"a":1}'
  k106: |
    {"a":1}
  k107: '[1]'
  k108: a?b
  k109: a!b
  k110: a&b
  k111: a*b
  k112: a%b
  k113: a@b
  k114: a|b
  k115: a>b
  k116: a"
  k117: ''''
  k118: '"'
  k119: ''''''
  k120: a'
  k121: \
  k122: \n
  k123: a\nb
  k124: 'null '
  k125: "Null"
  k126: "NULL"
  k127: nil
  k128: "y"
  k129: "n"
  k130: "Y"
  k131: "on"
  k132: "off"
  k133: "No"
  k134: "1."
  k135: 1e
  k136: "0b1"
  k137: 0b2
  k138: "-1"
  k139: -a b
  k140: "-\ta"
  k141: "?\ta"
  k142: ":\ta"
  k143: "a:\tb"
  k144: "a\t#b"
  k145: 
  k146: �
  k147: "\U0010FFFF"
  k148: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    b b b b b b b b b b b b b b b b b b b b
  k149: 'x: y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y y
    y y y y y y y y y y y y y y y '
  k150: 'x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x x x x x x x x x x x x x x x x x x x x x x x : y'
  k151: http://a/b?c=d&e=f
  k152: $(FOO)
  k153: ${FOO}
  k154: a=b
  k155: '*'
  k156: '&'
  k157: '!'
  k158: '%'
  k159: '@'
  k160: '`'
  k161: '|'
  k162: '>'
  k163: '['
  k164: ']'
  k165: '{'
  k166: '}'
  k167: ','
  k168: "-5"
  k169: 5Gi
  k170: Mon
  k171: ~a
  k172: a~
  k173: 1 2
  k174: ​
  k175: 'café yes: no'
  k176: 123abc
  k177: 0x
  k178: 0xg
  k179: "1__2"
  k180: _1
  k181: "12e03"
  k182: 5e
  k183: "190:20:30"
  k184: "1:2:3.5"
  k185: "-1:30"
  k186: "+1:30"
  k187: |
    true
  k188: |
    1
  k189: |-
    null
    x
  k190: |
    # comment
  k191: |2

    #c
  k192: |
    %d
  k193: |-
    ---
    a
  k194: |-
    a
    ---
    b
  k195: |
    a
    ...
  k196: "tab\tin line\nnext"
  k197: |-
    é
    x
  k198: "\U0001F600\nb"
  k199: "  \n  a"
  k200: "a\n  \nb"
  k201: |+
    a

  k202: |+
    a


  k203: |2-

     a
  k204: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    y
  k205: x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
    x x yy zz
  k206: x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
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
- "\U0001F600\nb"
- "  \n  a"
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
