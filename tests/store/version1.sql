PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE change (
	cursor INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	known BIGINT NOT NULL, 
	"table" VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	detail TEXT NOT NULL
);
INSERT INTO change VALUES(1,1780315200000000,'record','K','alert','cap:a',1,'1');
INSERT INTO change VALUES(2,1780315200000000,'series','','','',1,'[1]');
INSERT INTO change VALUES(3,1780315200000000,'observation','','','',2,'[1,2]');
INSERT INTO change VALUES(4,1780318800000000,'observation','','','',1,'[1]');
INSERT INTO change VALUES(5,1780318800000000,'journal','1','acknowledge','li.wei',1,'02a3dd3380da255f28146ab9c624c772e023a7db76d059b6c9e3762432890b01');
INSERT INTO change VALUES(6,1780318800000000,'feed','nws','nws','nws',1,'');
INSERT INTO change VALUES(7,1780318800000000,'quarantine','1','','nws',1,'');
CREATE TABLE record (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	identity BLOB NOT NULL, 
	kind VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	revision VARCHAR NOT NULL, 
	sent BIGINT NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT NOT NULL, 
	title TEXT NOT NULL, 
	hazard VARCHAR NOT NULL, 
	severity VARCHAR NOT NULL, 
	urgency VARCHAR NOT NULL, 
	certainty VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	west FLOAT, 
	south FLOAT, 
	east FLOAT, 
	north FLOAT, 
	area TEXT NOT NULL, 
	trust VARCHAR NOT NULL, 
	raw VARCHAR NOT NULL, 
	known BIGINT NOT NULL, 
	geometry BLOB, 
	body TEXT NOT NULL, 
	UNIQUE (identity)
);
INSERT INTO record VALUES(1,X'65c16d50b09e74fc03e52cd73f8082f28485781fccb6ba7dae1ab6c062578885','alert','cap:a','K','1',1780315200000000,1780315200000000,1780318800000000,'K/1','other','Unknown','Unknown','Unknown','Actual','active',1.0,2.0,1.0,2.0,'','none','',1780315200000000,X'0101000000000000000000f03f0000000000000040','{"names":["m1"]}');
CREATE TABLE name (
	kind VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	known BIGINT NOT NULL, 
	PRIMARY KEY (kind, source, name)
)
 WITHOUT ROWID

;
INSERT INTO name VALUES('alert','cap:a','m1','K',1780315200000000);
CREATE TABLE series (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	known BIGINT NOT NULL, 
	UNIQUE (name)
);
INSERT INTO series VALUES(1,'g1',1780315200000000);
INSERT INTO series VALUES(2,'g2',1780315200000000);
CREATE TABLE observation (
	series_id BIGINT NOT NULL, 
	time BIGINT NOT NULL, 
	revision INTEGER NOT NULL, 
	known BIGINT NOT NULL, 
	value FLOAT, 
	flag INTEGER NOT NULL, 
	PRIMARY KEY (series_id, time, revision)
)
 WITHOUT ROWID

;
INSERT INTO observation VALUES(1,1780315200000000,0,1780315200000000,1.0,1);
INSERT INTO observation VALUES(1,1780315200000000,1,1780318800000000,1.5,1);
INSERT INTO observation VALUES(2,1780315200000000,0,1780315200000000,2.0,1);
CREATE TABLE newest (
	series_id BIGINT NOT NULL, 
	known BIGINT NOT NULL, 
	time BIGINT NOT NULL, 
	revision INTEGER NOT NULL, 
	PRIMARY KEY (series_id, known, time, revision)
)
 WITHOUT ROWID

;
INSERT INTO newest VALUES(1,1780315200000000,1780315200000000,0);
INSERT INTO newest VALUES(1,1780318800000000,1780315200000000,1);
INSERT INTO newest VALUES(2,1780315200000000,1780315200000000,0);
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	actor VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	subject VARCHAR NOT NULL, 
	detail TEXT NOT NULL, 
	previous VARCHAR(64) NOT NULL, 
	hash VARCHAR(64) NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (hash)
);
INSERT INTO journal VALUES(1,1780318800000000,'li.wei','acknowledge','alert/K','{"note":"seen"}','8552a42cb81abb369cbd2455319399a15a1796b2ffcd04dc8575d5c41d79bad4','02a3dd3380da255f28146ab9c624c772e023a7db76d059b6c9e3762432890b01');
CREATE TABLE heard (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	known BIGINT NOT NULL, 
	source VARCHAR NOT NULL, 
	feed VARCHAR NOT NULL, 
	last_try BIGINT NOT NULL, 
	last_ok BIGINT, 
	newest BIGINT, 
	message TEXT NOT NULL, 
	cadence BIGINT NOT NULL, 
	late_after BIGINT NOT NULL, 
	failures INTEGER NOT NULL
);
INSERT INTO heard VALUES(1,1780318800000000,'nws','nws',1780318800000000,1780318800000000,NULL,'',3600000000,3600000000,0);
CREATE TABLE blob (
	sha256 VARCHAR(64) NOT NULL, 
	known BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO blob VALUES('d7439bee24773bcbfa2d0a97947ee36227b10d1022b1a55847e928965bb6bfde',1780318800000000,3,X'789c2b4a2c07000292014b');
CREATE TABLE quarantine (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	known BIGINT NOT NULL, 
	source VARCHAR NOT NULL, 
	reason TEXT NOT NULL, 
	"where" TEXT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	kept BIGINT NOT NULL, 
	whole BOOLEAN NOT NULL, 
	data BLOB NOT NULL
);
INSERT INTO quarantine VALUES(1,1780318800000000,'nws','bad','','2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881',1,1,1,X'789cab000000790079');
CREATE TABLE meta (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	known BIGINT NOT NULL, 
	"key" VARCHAR NOT NULL, 
	value TEXT NOT NULL
);
INSERT INTO meta VALUES(1,1780315200000000,'store.id','1248f1bc5b1b4747af1726dc6ec3b996');
CREATE TABLE description (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	series_id BIGINT NOT NULL, 
	known BIGINT NOT NULL, 
	title TEXT NOT NULL, 
	field VARCHAR NOT NULL, 
	units VARCHAR NOT NULL, 
	lon FLOAT, 
	lat FLOAT, 
	hazard VARCHAR NOT NULL, 
	attrs TEXT NOT NULL, 
	FOREIGN KEY(series_id) REFERENCES series (id)
);
INSERT INTO description VALUES(1,1,1780315200000000,'Gauge','water_level','m',10.0,50.0,'flood','{"warn":3}');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('meta',1);
INSERT INTO sqlite_sequence VALUES('record',1);
INSERT INTO sqlite_sequence VALUES('change',7);
INSERT INTO sqlite_sequence VALUES('series',2);
INSERT INTO sqlite_sequence VALUES('description',1);
INSERT INTO sqlite_sequence VALUES('heard',1);
INSERT INTO sqlite_sequence VALUES('quarantine',1);
CREATE INDEX record_sent ON record (kind, sent);
CREATE INDEX record_chain ON record (kind, source, "key", sent, revision, known);
CREATE INDEX record_valid ON record (kind, valid_to, valid_from);
CREATE INDEX heard_source ON heard (source, known, seq);
CREATE INDEX quarantine_sha256 ON quarantine (sha256);
CREATE INDEX quarantine_source ON quarantine (source, kept);
CREATE INDEX meta_key ON meta ("key", seq);
CREATE INDEX description_series ON description (series_id, seq);
CREATE TRIGGER blob_no_update BEFORE UPDATE ON "blob" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on blob refused'); END;
CREATE TRIGGER blob_no_delete BEFORE DELETE ON "blob" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on blob refused'); END;
CREATE TRIGGER change_no_update BEFORE UPDATE ON "change" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on change refused'); END;
CREATE TRIGGER change_no_delete BEFORE DELETE ON "change" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on change refused'); END;
CREATE TRIGGER heard_no_update BEFORE UPDATE ON "heard" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on heard refused'); END;
CREATE TRIGGER heard_no_delete BEFORE DELETE ON "heard" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on heard refused'); END;
CREATE TRIGGER journal_no_update BEFORE UPDATE ON "journal" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on journal refused'); END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON "journal" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on journal refused'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON "meta" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on meta refused'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON "meta" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on meta refused'); END;
CREATE TRIGGER name_no_update BEFORE UPDATE ON "name" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on name refused'); END;
CREATE TRIGGER name_no_delete BEFORE DELETE ON "name" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on name refused'); END;
CREATE TRIGGER newest_no_update BEFORE UPDATE ON "newest" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on newest refused'); END;
CREATE TRIGGER newest_no_delete BEFORE DELETE ON "newest" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on newest refused'); END;
CREATE TRIGGER observation_no_update BEFORE UPDATE ON "observation" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on observation refused'); END;
CREATE TRIGGER observation_no_delete BEFORE DELETE ON "observation" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on observation refused'); END;
CREATE TRIGGER quarantine_no_update BEFORE UPDATE ON "quarantine" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on quarantine refused'); END;
CREATE TRIGGER quarantine_no_delete BEFORE DELETE ON "quarantine" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on quarantine refused'); END;
CREATE TRIGGER record_no_update BEFORE UPDATE ON "record" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on record refused'); END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON "record" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on record refused'); END;
CREATE TRIGGER series_no_update BEFORE UPDATE ON "series" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on series refused'); END;
CREATE TRIGGER series_no_delete BEFORE DELETE ON "series" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on series refused'); END;
CREATE TRIGGER description_no_update BEFORE UPDATE ON "description" BEGIN SELECT RAISE(ABORT, 'the store is append-only: UPDATE on description refused'); END;
CREATE TRIGGER description_no_delete BEFORE DELETE ON "description" BEGIN SELECT RAISE(ABORT, 'the store is append-only: DELETE on description refused'); END;
COMMIT;
