"""Synthetic dumps of a ColibriSM network, as each of the programs writes them that people dump with.

A `Network` holds rows by table; `mysqldump(network)` and its like are the text of the file. Nobody in there exists.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import bcrypt

PASSWORD = "correct horse"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4, b"2a")).decode().replace("$2a$", "$2y$")  # PHP's spelling
NOW = 1_700_000_000  # when the last thing happened there

Row = dict[str, Any]
DEFAULTS: dict[str, Row] = {
    "cl_acc_validations": {"id": 0, "hash": "", "json": None, "time": "0"},
    "cl_blocks": {"id": 0, "user_id": 0, "profile_id": 0, "time": str(NOW)},
    "cl_configs": {"id": 0, "title": "", "name": "", "value": "", "regex": "/^(.){0,50}$/"},
    "cl_connections": {"id": 0, "follower_id": 0, "following_id": 0, "status": "active", "time": str(NOW)},
    "cl_invite_links": {"id": 0, "code": "", "role": "user", "mnu": "1", "time": "0"},
    "cl_messages": {"id": 0, "sent_by": 0, "sent_to": 0, "message": "", "time": "0"},
    "cl_notifications": {
        "id": 0,
        "notifier_id": 0,
        "recipient_id": 0,
        "status": "0",
        "subject": "none",
        "entry_id": 0,
        "json": "[]",
        "time": str(NOW),
    },
    "cl_profile_reports": {
        "id": 0,
        "user_id": 0,
        "profile_id": 0,
        "reason": 1,
        "comment": "",
        "seen": "0",
        "time": str(NOW),
    },
    "cl_publications": {"id": 0, "user_id": 0, "text": None, "type": "text", "time": "0"},
    "cl_sessions": {
        "id": 0,
        "session_id": "",
        "user_id": "0",
        "platform": "mobile_android",
        "time": str(NOW),
        "lifespan": "2000000000",
    },
    "cl_users": {
        "id": 0,
        "username": "",
        "fname": "",
        "lname": "",
        "about": "",
        "gender": "M",
        "email": "",
        "em_code": "",
        "email_conf_code": "0",
        "password": HASH,
        "joined": "1600000000",
        "start_up": '{\n    "source": "system"\n}',
        "last_active": str(NOW),
        "ip_address": "127.0.0.1",
        "language": "english",
        "avatar": "upload/default/avatar-1.png",
        "cover": "upload/default/cover-1.png",
        "cover_orig": "upload/default/cover-1.png",
        "active": "1",
        "verified": "0",
        "admin": "0",
        "posts": 7,
        "followers": 99,
        "following": 99,
        "website": "",
        "country_id": 1,
        "last_post": 0,
        "last_ad": 0,
        "profile_privacy": "everyone",
        "follow_privacy": "everyone",
        "contact_privacy": "everyone",
        "index_privacy": "Y",
        "pnotif_token": '{"token": "","type": "android"}',
        "refresh_token": "0",
        "settings": '{"notifs":{"like":1}}',
        "swift": None,
    },
    "cl_verifications": {
        "id": 0,
        "user_id": 0,
        "full_name": "",
        "text_message": "",
        "video_message": "",
        "time": NOW,
    },
    "wp_users": {"id": 0, "user_login": ""},
    "copy_cl_users": {"id": 0, "username": ""},
}
NUMBERS = {"posts", "followers", "following", "country_id", "last_post", "last_ad", "entry_id", "reason"}


class Network:
    """The rows of all tables. `add("cl_users", username="ann")` gives ids one after the other, and returns the id."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = {table: [] for table in DEFAULTS}
        for name, value in (("theme", "default"), ("name", "Hummingbirds &amp; Co"), ("version", "1.3.2")):
            self.add("cl_configs", name=name, value=value)
        self.add("wp_users", user_login="x'); DROP TABLE cl_users; --")
        self.add("copy_cl_users", username="a copy that nobody wants")

    def add(self, table: str, **values: Any) -> int:
        rows = self.tables[table]
        row = DEFAULTS[table] | {"id": rows[-1]["id"] + 1 if rows else 1} | values
        rows.append(row)
        return int(row["id"])

    def user(self, username: str, **values: Any) -> int:
        names = {"fname": username.capitalize(), "lname": "Example", "email": f"{username}@example.org"}
        return self.add("cl_users", **names | {"username": username} | values)

    def follow(self, follower: int, following: int, **values: Any) -> int:
        return self.add("cl_connections", follower_id=follower, following_id=following, **values)

    def without(self, **columns: set[str]) -> "Network":
        """The same network in an older version, whose tables lack these columns."""
        for table, names in columns.items():
            self.tables[table] = [{k: v for k, v in row.items() if k not in names} for row in self.tables[table]]
        return self


def columns_of(network: Network, table: str) -> list[str]:
    rows = network.tables[table]
    return list(rows[0] if rows else DEFAULTS[table])


def spelled(value: Any) -> str:
    """A value as MySQL's programs escape it."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    for plain, escaped in (("\\", "\\\\"), ("\0", "\\0"), ("'", "\\'"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f"'{value}'"


def values(row: Row, separator: str = ",") -> str:
    return f"({separator.join(spelled(value) for value in row.values())})"


def names(columns: Iterable[str], separator: str = ", ") -> str:
    return separator.join(f"`{column}`" for column in columns)


def create(network: Network, table: str, *, keys: bool = True, blank: str = " ") -> str:
    definitions = [f"  `{column}` {_type(column)}" for column in columns_of(network, table)]
    if keys:
        definitions += ["  PRIMARY KEY (`id`) USING BTREE"]
    body = ",\n".join(definitions)
    return f"CREATE TABLE `{table}`{blank}(\n{body}\n) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8;\n"


def _type(column: str) -> str:
    if column == "id" or column.endswith("_id") or column in NUMBERS:
        return "int(11) NOT NULL DEFAULT '0'"
    if column in {"active", "verified", "admin", "status"}:
        return "enum('0','1','2') CHARACTER SET utf8 COLLATE utf8_general_ci NOT NULL DEFAULT '0'"
    return "varchar(3000) CHARACTER SET utf8mb4 NOT NULL DEFAULT '' COMMENT 'key (`id`), it''s;'"


def mysqldump(network: Network) -> str:
    """Extended inserts without column lists."""

    def parts() -> Iterator[str]:
        yield "-- MySQL dump 10.13  Distrib 8.0.32, for Linux (x86_64)\n--\n-- Host: localhost    Database: net\n"
        yield "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n/*!50503 SET NAMES utf8mb4 */;\n"
        yield "/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;\n"
        for table, rows in network.tables.items():
            yield f"\n--\n-- Table structure for table `{table}`\n--\n\nDROP TABLE IF EXISTS `{table}`;\n"
            yield "/*!40101 SET @saved_cs_client     = @@character_set_client */;\n"
            yield create(network, table) + f"\nLOCK TABLES `{table}` WRITE;\n"
            yield f"/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n"
            for start in range(0, len(rows), 50):
                yield f"INSERT INTO `{table}` VALUES {','.join(map(values, rows[start : start + 50]))};\n"
            yield f"/*!40000 ALTER TABLE `{table}` ENABLE KEYS */;\nUNLOCK TABLES;\n"
        yield "DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER t AFTER INSERT ON cl_users FOR EACH ROW BEGIN\n"
        yield "INSERT INTO `cl_users` VALUES (666);\nEND */;;\nDELIMITER ;\n"
        yield "/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;\n"
        yield "/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n\n"
        yield "-- Dump completed on 2023-11-14 22:13:20\n"

    return "".join(parts())


def phpmyadmin(network: Network) -> str:
    """Column lists, and the keys in ALTERs at the end."""

    def parts() -> Iterator[str]:
        yield "-- phpMyAdmin SQL Dump\n-- version 5.2.0\n-- https://www.phpmyadmin.net/\n\n"
        yield 'SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\nSTART TRANSACTION;\nSET time_zone = "+00:00";\n\n'
        yield "/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n"
        for table, rows in network.tables.items():
            yield f"\n--\n-- Table structure for table `{table}`\n--\n\n{create(network, table, keys=False)}"
            for start in range(0, len(rows), 30):
                yield f"\nINSERT INTO `{table}` ({names(columns_of(network, table))}) VALUES\n"
                yield ",\n".join(values(row, ", ") for row in rows[start : start + 30]) + ";\n"
        for table in network.tables:
            yield f"--\n-- Indexes for table `{table}`\n--\nALTER TABLE `{table}`\n  ADD PRIMARY KEY (`id`);\n"
            yield f"ALTER TABLE `{table}`\n  MODIFY `id` int(11) NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=9;\n"
        yield "COMMIT;\n\n/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n"

    return "".join(parts())


def navicat(network: Network) -> str:
    """An INSERT for each row, without column lists: the order is CREATE TABLE's."""

    def parts() -> Iterator[str]:
        yield "/*\n Navicat Premium Data Transfer\n\n Source Server Type    : MySQL\n File Encoding : 65001\n*/\n\n"
        yield "SET NAMES utf8mb4;\nSET FOREIGN_KEY_CHECKS = 0;\n"
        for table, rows in network.tables.items():
            yield f"\n-- ---------------\n-- Table structure for {table}\n-- ---------------\n"
            yield f"DROP TABLE IF EXISTS `{table}`;\n{create(network, table, blank='  ')}"
            yield f"\n-- ----------------------------\n-- Records of {table}\n-- ----------------------------\n"
            for row in rows:
                yield f"INSERT INTO `{table}` VALUES {values(row, ', ')};\n"
        yield "\nSET FOREIGN_KEY_CHECKS = 1;\n"

    return "".join(parts())


def old_navicat(network: Network) -> str:
    """Before version 12 all values were quoted, and nothing told that the file is complete."""
    text = navicat(network).replace("SET FOREIGN_KEY_CHECKS = 0", "SET FOREIGN_KEY_CHECKS=0")
    text = text.replace("\nSET FOREIGN_KEY_CHECKS = 1;\n", "").replace("Premium Data", "MySQL Data")
    for table, rows in network.tables.items():
        for row in rows:
            quoted = {name: value if value is None else str(value) for name, value in row.items()}
            text = text.replace(f"`{table}` VALUES {values(row, ', ')};", f"`{table}` VALUES {values(quoted, ', ')};")
    return text


def own_backup(network: Network) -> str:
    """The backup of the script's control panel."""

    def parts() -> Iterator[str]:
        yield "-- Created at 14.11.2023 22:13 using David Grudl MySQL Dump Utility\n-- Host: old.example\n"
        yield "-- MySQL Server: 5.5.5-10.4.21-MariaDB\n-- Database: net\n\nSET NAMES utf8;\n"
        yield "SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO';\nSET FOREIGN_KEY_CHECKS=0;\nSET AUTOCOMMIT=0;\n"
        for table, rows in network.tables.items():
            yield f"-- --------------------------------------------------------\n\nDROP TABLE IF EXISTS `{table}`;\n\n"
            yield f"{create(network, table)}\nALTER TABLE `{table}` DISABLE KEYS;\n\n"
            if rows:
                yield f"INSERT INTO `{table}` ({names(columns_of(network, table))}) VALUES\n"
                yield ",\n".join(values(row, ",\t") for row in rows) + ";\n"
            yield f"ALTER TABLE `{table}` ENABLE KEYS;\n\n\n\n"
        yield "COMMIT;\n-- THE END\n"

    return "".join(parts())


def sqlyog(network: Network) -> str:
    """Lower case, and no blanks."""

    def parts() -> Iterator[str]:
        yield "/*\nSQLyog Ultimate v13.1.1 (64 bit)\nMySQL - 5.7.36 : Database - net\n*****\n*/\n\n"
        yield "/*!40101 SET NAMES utf8 */;\n\n/*!40101 SET SQL_MODE=''*/;\n\n"
        yield "/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;\nUSE `net`;\n"
        for table, rows in network.tables.items():
            yield f"\n/*Table structure for table `{table}` */\n\n{create(network, table)}"
            yield f"\n/*Data for the table `{table}` */\n\n"
            if rows:
                yield f"insert  into `{table}`({names(columns_of(network, table), ',')}) values \n"
                yield ",\n".join(map(values, rows)) + ";\n"
        yield "/* Procedure */\n\nDELIMITER $$\n\n/*!50003 CREATE PROCEDURE `p`() BEGIN\n"
        yield "INSERT INTO cl_users VALUES (1);\nEND */$$\nDELIMITER ;\n\n"
        yield "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n"

    return "".join(parts())


def adminer(network: Network) -> str:
    """Tabs between values, and the time as last line."""

    def parts() -> Iterator[str]:
        yield "-- Adminer 4.8.1 MySQL 8.0.29 dump\n\nSET NAMES utf8;\nSET time_zone = '+00:00';\n"
        yield "SET foreign_key_checks = 0;\nSET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';\n\n"
        for table, rows in network.tables.items():
            yield f"DROP TABLE IF EXISTS `{table}`;\n{create(network, table)}\n"
            if rows:
                yield f"INSERT INTO `{table}` ({names(columns_of(network, table))}) VALUES\n"
                yield ",\n".join(values(row, ",\t") for row in rows)
                yield "\nON DUPLICATE KEY UPDATE `id` = VALUES(`id`);\n\n" if table == "cl_users" else ";\n\n"
        yield "-- 2023-11-14 22:13:20\n"

    return "".join(parts())


DIALECTS: list[Callable[[Network], str]] = [mysqldump, phpmyadmin, navicat, old_navicat, own_backup, sqlyog, adminer]
