-- Create Keepopen's database and its roles on a PostgreSQL of your own. Run this once as a superuser, also before a
-- restore, because a dump holds no roles:
--   OWNER_PASSWORD=... WEB_PASSWORD=... psql --set ON_ERROR_STOP=1 --file infra/database/roles.sql
-- keepopen_owner owns the tables and runs `migrate`. The service and the worker sign in as keepopen_web and act as
-- keepopen_app, which cannot change the ledger.
\getenv owner_password OWNER_PASSWORD
\getenv web_password WEB_PASSWORD
SELECT 'CREATE ROLE keepopen_app NOLOGIN' WHERE to_regrole('keepopen_app') IS NULL \gexec
CREATE ROLE keepopen_owner LOGIN CREATEROLE PASSWORD :'owner_password';
CREATE ROLE keepopen_web LOGIN PASSWORD :'web_password';
GRANT keepopen_app TO keepopen_owner WITH ADMIN OPTION;
GRANT keepopen_app TO keepopen_web;
CREATE DATABASE keepopen OWNER keepopen_owner;
REVOKE ALL ON DATABASE keepopen FROM PUBLIC;
GRANT CONNECT ON DATABASE keepopen TO keepopen_web;
