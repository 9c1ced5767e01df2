-- What was committed, recorded by PostgreSQL itself: `facts` by whoever writes, `told` as events are numbered.
create schema chaos;
create table chaos.facts (
    n bigint generated always as identity primary key,
    key text not null unique,
    topic text not null,
    writer text not null,
    number integer not null
);
create table chaos.told (
    n bigint generated always as identity primary key,
    topic text not null,
    topic_offset bigint not null,
    type text not null,
    data text not null
);
create function chaos.numbered() returns trigger language plpgsql security definer as $$
begin
    insert into chaos.told (topic, topic_offset, type, data) values (new.topic, new.topic_offset, new.type, new.data);
    return null;
end $$;
create trigger numbered after update of topic_offset on core.outbox
    for each row when (new.topic_offset is not null) execute function chaos.numbered();
grant usage on schema chaos to caerus_app;
grant select, insert on chaos.facts to caerus_app;
grant select on chaos.told to caerus_app;
