-- A renter's link: to the car of one rental, for as long as that rental lasts. It opens nothing of an owner's, and no
-- owner's link opens it.
alter table link drop constraint link_kind_check;
alter table link
  -- The rental whose car it opens.
  add column rental_id text,
  add foreign key (fleet_id, rental_id) references rental (fleet_id, id),
  -- renter: one rental's car, to be locked and unlocked.
  add constraint link_kind_check check (kind in ('connect', 'repair', 'owner', 'renter')),
  add constraint link_rental_check check ((kind = 'renter') = (rental_id is not null)),
  add constraint link_renter_check check (kind <> 'renter' or (vehicle_id is null and owner_id is null and request_id is null));
-- One that works for each rental: whoever asks again gets the same, and taking it back takes all of it back.
create unique index link_of_rental on link (rental_id) where kind = 'renter' and revoked_at is null;
